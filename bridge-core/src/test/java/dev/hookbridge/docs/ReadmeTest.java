package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The README's event is a shortened golden sample, and its consumers compile. */
class ReadmeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void theEventIsTheSample() throws IOException {
    List<Page.Block> examples =
        Page.of("README.md").blocks("json").stream()
            .filter(block -> block.note().startsWith("sample: "))
            .toList();
    assertThat(examples).isNotEmpty();
    for (Page.Block example : examples) {
      String sample = "docs/events/samples/" + example.note().substring(8) + ".json";
      JsonNode whole = JSON.readTree(Repository.file(sample).toFile());
      shortened("", JSON.readTree(example.text()), whole);
    }
  }

  @Test
  void javaConsumerIsTheCompiledOne() throws IOException {
    String file = "deploy/responders/src/main/java/org/example/consumer/Guests.java";
    String source = Files.readString(Repository.file(file));
    assertThat(source.replaceAll("(?m)^    ", ""))
        .contains(Page.of("README.md").block("consumer: Guests.java"));
  }

  @Test
  void pythonConsumerCompiles() throws Exception {
    Needs.command("python3");
    String code = Page.of("README.md").block("consumer: python");
    Process python =
        new ProcessBuilder(
                "python3", "-c", "import sys; compile(sys.argv[1], 'README', 'exec')", code)
            .inheritIO()
            .start();
    assertThat(python.waitFor()).isZero();
  }

  /** Members may be left out, a text may end early with an ellipsis; what is shown is the same. */
  private static void shortened(String at, JsonNode shown, JsonNode whole) {
    if (shown.isObject()) {
      for (Map.Entry<String, JsonNode> member : shown.properties()) {
        shortened(at + "/" + member.getKey(), member.getValue(), whole.path(member.getKey()));
      }
    } else if (shown.isArray()) {
      assertThat(shown.size()).as(at).isEqualTo(whole.size());
      for (int i = 0; i < shown.size(); i++) {
        shortened(at + "/" + i, shown.get(i), whole.path(i));
      }
    } else if (shown.isTextual() && shown.asText().endsWith("…")) {
      assertThat(whole.asText()).as(at).startsWith(shown.asText().replace("…", ""));
    } else {
      assertThat(shown).as(at).isEqualTo(whole);
    }
  }
}
