package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The role can be read by Ansible, and its page has every variable with its default. */
class AnsibleTest {
  private static final String ROLE = "deploy/ansible/roles/hookbridge";

  @Test
  void theSyntaxIsRight() throws Exception {
    Needs.command("ansible-playbook");
    ProcessBuilder builder =
        new ProcessBuilder(
            "/usr/bin/env",
            "ansible-playbook",
            "--syntax-check",
            "--inventory=inventory.example.yml",
            "site.yml");
    builder.directory(Repository.file("deploy/ansible").toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("ANSIBLE_LOCALHOST_WARNING", "False");
    builder.redirectInput(new File("/dev/null")).redirectErrorStream(true);
    Process process = builder.start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("playbook: site.yml").doesNotContain("WARNING");
  }

  @Test
  void everyVariableWithItsDefault() throws Exception {
    Map<String, String> documented = new LinkedHashMap<>();
    for (List<String> row : Page.of(ROLE + "/README.md").table("| variable | default")) {
      documented.put(row.get(0), row.get(1));
    }
    Map<String, String> there = new LinkedHashMap<>();
    defaults().forEach((name, value) -> there.put(name, shown(value)));
    assertThat(documented).containsExactlyInAnyOrderEntriesOf(there);
  }

  private static String shown(Object value) {
    return value.equals("") ? "\"\"" : String.valueOf(value);
  }

  private static Map<String, Object> defaults() throws Exception {
    Map<String, Object> defaults = new LinkedHashMap<>();
    String text = Files.readString(Repository.file(ROLE + "/defaults/main.yml"));
    Object read = new Load(LoadSettings.builder().build()).loadFromString(text);
    ((Map<?, ?>) read).forEach((name, value) -> defaults.put(String.valueOf(name), value));
    return defaults;
  }

  /** A variable that is misspelt would be undefined on somebody's host only. */
  @Test
  void noVariableIsUsedThatIsNotThere() throws Exception {
    TreeSet<String> used = new TreeSet<>();
    TreeSet<String> own = new TreeSet<>(defaults().keySet());
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(Repository.file("deploy/ansible"))) {
      all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("README.md"))
          .forEach(files::add);
    }
    for (Path file : files) {
      String text = Files.readString(file);
      for (MatchResult word :
          Pattern.compile("\\bhookbridge_\\w+").matcher(text).results().toList()) {
        used.add(word.group());
      }
      Pattern.compile("(?m)^\\s*(?:register: (hookbridge_\\w+)|(hookbridge_\\w+): >-)")
          .matcher(text)
          .results()
          .forEach(made -> own.add(made.group(1) == null ? made.group(2) : made.group(1)));
    }
    used.removeAll(own);
    assertThat(used).containsOnly("hookbridge_0"); // the name of a package in the example
    assertThat(own).hasSizeGreaterThan(15);
  }
}
