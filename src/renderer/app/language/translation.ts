/** A translation has the English object's keys and its interpolation variables, with sentences of its own. */
export type Translation<Source> = {
  readonly [Key in keyof Source]: Source[Key] extends string ? string : Translation<Source[Key]>
}
