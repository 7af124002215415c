package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.testing.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/configuration.md} has every key with its values and its default, and every
 * configuration that a page shows can be used.
 */
class ConfigurationTest {
  private static final Pattern OURS = Pattern.compile("/etc/hookbridge/[\\w.-]+");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyKeyWithItsDefault() throws Exception {
    Map<String, List<SettingKey<?>>> lists = Config.sections();
    assertThat(lists).hasSize(12);
    return lists.entrySet().stream()
        .map(
            list ->
                DynamicTest.dynamicTest(
                    list.getKey(),
                    () ->
                        assertThat(
                                Page.of("docs/configuration.md")
                                    .table("<!-- keys: " + list.getKey() + " -->"))
                            .containsExactlyElementsOf(
                                list.getValue().stream().map(ConfigurationTest::row).toList())));
  }

  private static List<String> row(SettingKey<?> key) {
    return List.of(
        key.name(), key.values(), key.required() ? "required" : key.fallback(), key.description());
  }

  @TestFactory
  Stream<DynamicTest> everyConfigurationThatIsShown() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Page page : Page.all()) {
      List<Page.Block> shown =
          page.blocks("yaml").stream().filter(block -> !block.note().startsWith("sink: ")).toList();
      for (int i = 0; i < shown.size(); i++) {
        String yaml = shown.get(i).text();
        tests.add(DynamicTest.dynamicTest(page.path() + " " + i, () -> usable(yaml)));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(2);
    return tests.stream();
  }

  /** The file that is shipped shows the keys as comments. */
  @Test
  void theShippedConfiguration() throws Exception {
    String shipped = Files.readString(Repository.file("deploy/etc/hookbridge.yaml"));
    usable(shipped);
    String keys = shipped.substring(shipped.indexOf('\n') + 1);
    Config config = usable(keys.replaceAll("(?m)^# ( *(- )?[a-z.-]+:.*)$", "$1"));
    assertThat(config.sinks()).extracting(SinkConfig::name).contains("feed", "audit", "local");
  }

  private Config usable(String yaml) throws Exception {
    // A machine that is called localhost can run the tests all the same.
    boolean named = Pattern.compile("^host:", Pattern.MULTILINE).matcher(yaml).find();
    String text = named ? yaml : "host: kvm-07.example.org\n" + yaml;
    for (MatchResult file : OURS.matcher(yaml).results().toList()) {
      Path there = folder.resolve(Path.of(file.group()).getFileName());
      Files.writeString(there, "s3cret");
      text = text.replace(file.group(), there.toString());
    }
    Path file = folder.resolve("hookbridge.yaml");
    Files.writeString(file, text);
    Config config = Config.load(file, new HostPaths(folder, folder, folder, true), Map.of());
    assertThat(config.sinks()).isNotEmpty();
    return config;
  }
}
