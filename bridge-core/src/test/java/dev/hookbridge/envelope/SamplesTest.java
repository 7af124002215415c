package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookbridge.api.Envelope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The samples in {@code docs/events/samples} are what the code makes of the recorded calls, and
 * what the schemas promise. {@code -Dhookbridge.samples=write} writes them anew.
 */
class SamplesTest {
  private static final boolean WRITE = "write".equals(System.getProperty("hookbridge.samples"));
  private static final Map<String, Envelope> ALL = Samples.all();

  @TestFactory
  Stream<DynamicTest> aSampleIsWhatTheCodeMakes() {
    return ALL.entrySet().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getKey(),
                    () -> {
                      Path file = Samples.FOLDER.resolve(sample.getKey() + ".json");
                      String made = Samples.json(sample.getValue());
                      if (WRITE) {
                        Files.createDirectories(file.getParent());
                        Files.writeString(file, made);
                      }
                      assertThat(Files.readString(file)).isEqualTo(made);
                    }));
  }

  @TestFactory
  Stream<DynamicTest> aSampleKeepsTheSchemas() {
    return ALL.entrySet().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getKey(), () -> keepsTheSchemas(Samples.json(sample.getValue()))));
  }

  private static void keepsTheSchemas(String json) throws IOException {
    JsonNode event = Samples.JSON.readTree(json);
    assertThat(Schemas.strictly("event.v1", withoutData(event))).isEmpty();
    String schema = event.get("dataschema").asText();
    String name = schema.substring(schema.lastIndexOf('/') + 1).replace(".json", "");
    assertThat(Schemas.read(name).get("$id").asText()).isEqualTo(schema);
    assertThat(Schemas.strictly(name, event.get("data"))).isEmpty();
  }

  private static JsonNode withoutData(JsonNode event) {
    return ((ObjectNode) event.deepCopy()).set("data", Samples.JSON.createObjectNode());
  }

  @Test
  void noFileLiesThereThatIsNoSample() throws IOException {
    try (Stream<Path> files = Files.list(Samples.FOLDER)) {
      List<String> names = files.map(f -> f.getFileName().toString().replace(".json", "")).toList();
      assertThat(new TreeSet<>(names)).isEqualTo(new TreeSet<>(ALL.keySet()));
    }
  }

  @Test
  void theSchemasNoticeWhatIsWrong() throws IOException {
    JsonNode data = Samples.JSON.readTree(ALL.get("qemu.prepare").data());
    ((ObjectNode) data).put("surprise", 1);
    assertThat(Schemas.strictly("hook.v1", data)).hasSize(1);
    assertThat(Schemas.strictly("hook.v1", Samples.JSON.createObjectNode())).hasSize(2);
  }

  /** A decider reads the request's data with what it knows of hook events. */
  @Test
  void aRequestIsDescribedAsTheHookEventIs() throws IOException {
    ObjectNode request = (ObjectNode) Schemas.read("decision.requested.v1").get("properties");
    request.remove("decision");
    assertThat((JsonNode) request).isEqualTo(Schemas.read("hook.v1").get("properties"));
  }

  @Test
  void theSampleWithSecretsShowsNone() throws IOException {
    String json = Samples.json(ALL.get("qemu.migrate.secrets"));
    assertThat(json).doesNotContain("-secret").contains("[redacted]", "Orders database");
  }

  /** An example is a block after the line {@code <!-- sample: name -->}. */
  @Test
  void theExamplesOfTheDocumentationAreTheSamples() throws IOException {
    String page = Files.readString(Samples.ROOT.resolve("docs/events.md"));
    Matcher example =
        Pattern.compile("<!-- sample: ([\\w.-]+) -->\n```json\n(.*?)```\n", Pattern.DOTALL)
            .matcher(page);
    int found = 0;
    StringBuilder renewed = new StringBuilder();
    while (example.find()) {
      found++;
      String sample = Samples.json(ALL.get(example.group(1)));
      if (WRITE) {
        example.appendReplacement(
            renewed,
            Matcher.quoteReplacement(
                "<!-- sample: " + example.group(1) + " -->\n```json\n" + sample + "```\n"));
      } else {
        assertThat(example.group(2)).isEqualTo(sample);
      }
    }
    if (WRITE) {
      Files.writeString(
          Samples.ROOT.resolve("docs/events.md"), example.appendTail(renewed).toString());
    }
    assertThat(found).isGreaterThanOrEqualTo(3);
  }
}
