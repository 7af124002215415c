package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.envelope.Operations;
import dev.hookbridge.envelope.Operations.Exit;
import dev.hookbridge.envelope.Operations.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The table of what can be vetoed has every operation once, in the row of its kind, and promises no
 * event that libvirt does not send. What libvirt calls was read from its source (9.0, 11.3).
 */
class VetoTableTest {
  private static final Pattern WORDS = Pattern.compile("[a-z]+\\.[a-z-]+");
  private static final String BOTH = "stopped, release";
  private static final String NEWER = "nothing in libvirt 11.3; stopped, release in newer ones";
  private static final Map<String, String> FOLLOWS =
      Map.ofEntries(
          Map.entry("qemu.prepare", BOTH),
          Map.entry("lxc.prepare", BOTH),
          Map.entry("libxl.prepare", "nothing"),
          Map.entry("bhyve.prepare", NEWER),
          Map.entry("qemu.start", BOTH),
          Map.entry("lxc.start", BOTH),
          Map.entry("libxl.start", BOTH),
          Map.entry("bhyve.start", "nothing"),
          Map.entry("qemu.migrate", "nothing"),
          Map.entry("libxl.migrate", "nothing"),
          Map.entry("qemu.restore", "nothing"),
          Map.entry("network.start", "nothing in libvirt 9.0; stopped in 11.3"),
          Map.entry("qemu.started", BOTH),
          Map.entry("lxc.started", BOTH),
          Map.entry("libxl.started", BOTH),
          Map.entry("bhyve.started", NEWER),
          Map.entry(
              "network.port-created",
              "nothing for the port; of the guest what a failed start brings"));

  private static List<List<String>> rows() {
    return Page.of("docs/decisions.md").table("<!-- vetoes -->");
  }

  private static List<String> operations(List<String> row) {
    return WORDS.matcher(row.get(0)).results().map(word -> word.group()).toList();
  }

  @Test
  void everyOperationHasOneRowOfItsKind() {
    List<String> listed = new ArrayList<>();
    for (List<String> row : rows()) {
      for (String words : operations(row)) {
        listed.add(words);
        assertThat(row.get(0).contains("allow-destructive"))
            .as(words)
            .isEqualTo(is(words, Exit.DESTRUCTIVE));
        assertThat(row.get(1).contains("no rule may stand there"))
            .as(words)
            .isEqualTo(is(words, Exit.HARMFUL));
      }
    }
    assertThat(listed)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            Operations.all().stream()
                .filter(operation -> operation.exit() != Exit.IGNORED)
                .map(VetoTableTest::words)
                .toList());
  }

  private static boolean is(String words, Exit exit) {
    return Operations.all().stream()
        .anyMatch(operation -> words(operation).equals(words) && operation.exit() == exit);
  }

  private static String words(Operation operation) {
    return operation.driver() + "." + operation.name();
  }

  @Test
  void itPromisesWhatLibvirtCallsAndNoMore() {
    Map<String, String> promised = new TreeMap<>();
    for (List<String> row : rows()) {
      if (!row.get(1).contains("no rule may stand there")) {
        operations(row).forEach(words -> promised.put(words, row.get(2)));
      }
    }
    assertThat(promised).isEqualTo(new TreeMap<>(FOLLOWS));
  }
}
