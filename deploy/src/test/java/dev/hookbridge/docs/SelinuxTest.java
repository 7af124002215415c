package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The policy module and its chapter in the operator's document. */
class SelinuxTest {
  private static Set<String> found(String pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  @Test
  void everyTypeIsExplainedAndHasARole() throws IOException {
    String module = Files.readString(Repository.file("deploy/selinux/hookbridge.cil"));
    String page = Files.readString(Repository.file("docs/operations.md"));
    String table = page.substring(page.indexOf("<!-- selinux -->"));
    table = table.substring(0, table.indexOf("\n\n", table.indexOf("\n|")));
    Set<String> types = found("(?m)^\\(type (\\w+)\\)", module);
    assertThat(types).hasSizeGreaterThan(5);
    assertThat(found("(?m)^\\| `(hookbridge_\\w+_t|hookbridge_t)`", table)).isEqualTo(types);
    assertThat(found("(?m)^\\(roletype object_r (\\w+)\\)", module)).isEqualTo(types);
  }

  /** A policy that lacks a type refuses a module that names it outside an optional block. */
  @Test
  void typesOfOneDistributionAloneAreOptional() throws IOException {
    String module = Files.readString(Repository.file("deploy/selinux/hookbridge.cil"));
    int depth = 0;
    for (String line : module.replaceAll("(?m);.*$", "").lines().toList()) {
      boolean optional = depth > 0 || line.strip().startsWith("(optional ");
      if (optional) {
        depth += (int) (line.chars().filter(c -> c == '(').count());
        depth -= (int) (line.chars().filter(c -> c == ')').count());
      } else {
        assertThat(line)
            .doesNotContainPattern(
                "\\b(virt\\w*_t|virt_driver\\w*|syslogd\\w*|devlog_t|java\\w*_t)\\b");
      }
    }
    assertThat(depth).isZero();
  }
}
