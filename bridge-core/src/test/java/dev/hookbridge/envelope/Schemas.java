package dev.hookbridge.envelope;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The schemas of {@code docs/schema}, as readers and as strict as our own tests want them. */
final class Schemas {
  static final Path FOLDER = Samples.ROOT.resolve("docs/schema");
  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final Map<String, JsonSchema> STRICT = new ConcurrentHashMap<>();

  private Schemas() {}

  /**
   * What a schema has against a document when no member may be there that it does not describe.
   *
   * @param name the file's name without its ending
   */
  static Set<ValidationMessage> strictly(String name, JsonNode document) {
    return STRICT.computeIfAbsent(name, Schemas::strict).validate(document);
  }

  static JsonNode read(String name) throws IOException {
    return Samples.JSON.readTree(Files.readString(FOLDER.resolve(name + ".json")));
  }

  private static JsonSchema strict(String name) {
    try {
      JsonNode schema = read(name);
      close(schema);
      return FACTORY.getSchema(schema);
    } catch (IOException e) {
      throw new AssertionError("no schema " + name, e);
    }
  }

  /** Readers must skip what they do not know; we must know all we write. */
  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    schema.forEach(Schemas::close);
  }
}
