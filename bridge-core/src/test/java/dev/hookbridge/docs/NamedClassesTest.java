package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents for developers name classes and tests that exist. */
class NamedClassesTest {
  private static final Pattern TEST = Pattern.compile("-D(?:it\\.)?test='?(\\w+)");
  private static final Pattern CLASS = Pattern.compile("\\(`([A-Z]\\w+)`\\)");

  @Test
  void testsOfContributingExist() throws IOException {
    TreeSet<String> named = named("CONTRIBUTING.md", TEST);
    assertThat(named).contains("None").hasSizeGreaterThan(3);
    named.remove("None"); // matches no test: for integration tests only
    assertThat(classes()).containsAll(named);
  }

  @Test
  void classesOfTheArchitectureExist() throws IOException {
    assertThat(named("docs/architecture.md", CLASS)).hasSizeGreaterThan(3);
    assertThat(classes()).containsAll(named("docs/architecture.md", CLASS));
  }

  private static TreeSet<String> named(String page, Pattern pattern) {
    TreeSet<String> names = new TreeSet<>();
    for (MatchResult found : pattern.matcher(Page.of(page).text()).results().toList()) {
      names.add(found.group(1));
    }
    return names;
  }

  private static TreeSet<String> classes() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (String module : List.of("bridge-core", "bridge-kafka", "bridge-amqp", "deploy")) {
      try (Stream<Path> files = Files.walk(Repository.file(module))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".java"))
            .forEach(name -> names.add(name.replace(".java", "")));
      }
    }
    return names;
  }
}
