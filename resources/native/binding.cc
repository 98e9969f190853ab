// TensorFlow.js' native binding with two functions more: a graph becomes an operation that `executeOp` executes like any
// other, so that its inputs and outputs stay on the device where they are. Built by devices/acceleration/build-binding.ts with
// -fno-access-control, since the binding keeps its context to itself.

#include <node_api.h>

#undef NAPI_MODULE
#define NAPI_MODULE(name, initialize)
#include "tfjs_binding.cc"

#include <string>
#include <vector>

namespace fino {

using tfnodejs::TFJSBackend;

static bool readText(napi_env env, napi_value value, std::string *text) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
  text->resize(length + 1);
  napi_get_value_string_utf8(env, value, &(*text)[0], length + 1, &length);
  text->resize(length);
  return true;
}

// "leaf3:0,operation7:1" as places in the graph; false where one of them is not there.
static bool findPlaces(TF_Graph *graph, const std::string &names, std::vector<TF_Output> *places) {
  size_t start = 0;
  while (start < names.size()) {
    size_t end = names.find(',', start);
    if (end == std::string::npos) end = names.size();
    const std::string name = names.substr(start, end - start);
    const size_t colon = name.find(':');
    TF_Operation *operation = TF_GraphOperationByName(graph, name.substr(0, colon).c_str());
    if (operation == nullptr) return false;
    places->push_back({operation, colon == std::string::npos ? 0 : std::stoi(name.substr(colon + 1))});
    start = end + 1;
  }
  return true;
}

static napi_value refuse(napi_env env, const char *reason) {
  napi_throw_error(env, nullptr, reason);
  return nullptr;
}

// addFunction(name, definition, inputs, outputs): `definition` is a GraphDef's bytes.
static napi_value addFunction(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value given[4];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  std::string name, inputNames, outputNames;
  void *bytes = nullptr;
  size_t length = 0;
  if (count < 4 || !readText(env, given[0], &name) || !readText(env, given[2], &inputNames) ||
      !readText(env, given[3], &outputNames) ||
      napi_get_typedarray_info(env, given[1], nullptr, &length, &bytes, nullptr, nullptr) != napi_ok) {
    return refuse(env, "addFunction takes a name, a definition, inputs and outputs");
  }
  TFJSBackend *backend = tfnodejs::GetTFJSBackend(env);
  if (backend == nullptr) return nullptr;

  tfnodejs::TF_AutoStatus status;
  TF_Graph *graph = TF_NewGraph();
  TF_Buffer *definition = TF_NewBufferFromString(bytes, length);
  TF_ImportGraphDefOptions *options = TF_NewImportGraphDefOptions();
  TF_GraphImportGraphDef(graph, definition, options, status.status);
  TF_DeleteImportGraphDefOptions(options);
  TF_DeleteBuffer(definition);

  std::vector<TF_Output> inputs, outputs;
  bool complete = false;
  if (TF_GetCode(status.status) == TF_OK) {
    complete = findPlaces(graph, inputNames, &inputs) && findPlaces(graph, outputNames, &outputs);
  }
  if (complete) {
    TF_Function *function =
        TF_GraphToFunction(graph, name.c_str(), 0, -1, nullptr, static_cast<int>(inputs.size()), inputs.data(),
                           static_cast<int>(outputs.size()), outputs.data(), nullptr, nullptr, nullptr, status.status);
    if (TF_GetCode(status.status) == TF_OK) {
      TFE_ContextAddFunction(backend->tfe_context_, function, status.status);
      TF_DeleteFunction(function);
    }
  }
  TF_DeleteGraph(graph);
  if (TF_GetCode(status.status) != TF_OK) return refuse(env, TF_Message(status.status));
  if (!complete) return refuse(env, "the graph lacks an input or output");
  return nullptr;
}

// removeFunction(name)
static napi_value removeFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  std::string name;
  if (count < 1 || !readText(env, given[0], &name)) return refuse(env, "removeFunction takes a name");
  TFJSBackend *backend = tfnodejs::GetTFJSBackend(env);
  if (backend == nullptr) return nullptr;
  tfnodejs::TF_AutoStatus status;
  TFE_ContextRemoveFunction(backend->tfe_context_, name.c_str(), status.status);
  if (TF_GetCode(status.status) != TF_OK) return refuse(env, TF_Message(status.status));
  return nullptr;
}

}  // namespace fino

NAPI_MODULE_INIT() {
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return nullptr;
  const napi_property_descriptor more[] = {
      {"addFunction", nullptr, fino::addFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, fino::removeFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  if (napi_define_properties(env, exports, 2, more) != napi_ok) return nullptr;
  return exports;
}
