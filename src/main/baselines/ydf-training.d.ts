/** What we use of ydf-training 0.0.1, which brings no types. */
declare module 'ydf-training' {
  export type Columns = Record<string, number[] | string[]>
  export interface Model {
    /** One row after the other: a value, the second class' probability where there are two, else one per class. */
    predict(columns: Columns): number[]
    /** In the order of the probabilities. */
    getLabelClasses(): string[]
    /** A report for people, with the importance of every column. */
    describe(): string
    /** A zip archive of the files that Python's `ydf.load_model` reads. Needs a global JSZip. */
    save(): Promise<Blob>
    unload(): void
  }
  interface Learner {
    train(columns: Columns): Model
  }
  type LearnerConstructor = new (label: string, task: 'CLASSIFICATION' | 'REGRESSION') => Learner
  export interface Ydf {
    RandomForestLearner: LearnerConstructor
    GradientBoostedTreesLearner: LearnerConstructor
    /** Needs a global JSZip. */
    loadModelFromZipBlob(zip: Uint8Array): Promise<Model>
  }
  export default function load(options: { print(line: string): void; printErr(line: string): void }): Promise<Ydf>
}
