package dev.hookbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.envelope.Operations;
import dev.hookbridge.testing.FakeTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is allowed and surely not meant is said. */
class ConfigWarningsTest {
  @TempDir Path folder;

  private List<Check> doubts(String sinks, String decisions) throws Exception {
    String yaml = "host: kvm-07\nsinks:\n" + sinks + "decisions:\n" + decisions;
    Path file = Files.writeString(folder.resolve("test.yaml"), yaml);
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    return FakeTransport.found(
        folder, () -> ConfigWarnings.of(Config.load(file, places, Map.of())));
  }

  private List<Check> filter(String pattern) throws Exception {
    return doubts("  feed: { type: fake, include: [ \"" + pattern + "\" ] }\n", "  []\n");
  }

  private List<Check> condition(String when, String condition) throws Exception {
    return doubts(
        "  feed: { type: fake }\n",
        "  - { name: quota, via: feed, when: " + when + ", condition: \"" + condition + "\" }\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          qemu.strated.*       | the operation 'strated', which libvirt does not have for qemu: did you mean started?
          *.strated.*          | the operation 'strated', which libvirt does not have: did you mean started?
          qeum.*.*             | the driver 'qeum', which libvirt has no hooks for: did you mean qemu?
          vmware.*.*           | the driver 'vmware', which libvirt has no hooks for: write daemon, qemu, lxc
          lxc.migrate.*        | the operation 'migrate', which libvirt does not have for lxc: write prepare, start
          qemu.started.end     | 'end', and libvirt says begin there: write that or *
          qemu.*.-             | '-', and libvirt says begin or end there
          agent.started.*      | the agent's own events pass every filter
          """)
  void aFilterThatPassesNothing(String pattern, String message) throws Exception {
    assertThat(filter(pattern))
        .singleElement()
        .satisfies(
            doubt -> {
              assertThat(doubt.level()).isEqualTo(Check.Level.WARNING);
              assertThat(doubt.what()).isEqualTo("sinks.feed.include");
              assertThat(doubt.message())
                  .startsWith("no event passes '" + pattern + "': it names ")
                  .contains(message);
            });
  }

  @Test
  void everyWordOfLibvirtAndTheUnknownAreNoDoubt() throws Exception {
    for (Operations.Operation operation : Operations.all()) {
      for (String sub : operation.suboperations()) {
        assertThat(filter(operation.driver() + "." + operation.name() + "." + sub)).isEmpty();
        assertThat(filter("*." + operation.name() + "." + sub)).isEmpty();
      }
    }
    for (String pattern : List.of("*.*.*", "qemu.unknown.*", "unknown.*.*", "*.unknown.unknown")) {
      assertThat(filter(pattern)).as(pattern).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          qemu.*.*             | domain.memoryKib > 5             | speaks of domain.memoryKib, which no event has: domain has currentMemoryKiB, currentVcpus, disks
          qemu.*.*             | domain['titel'] == 'x'           | speaks of domain.titel
          qemu.*.*             | domain.disks[0].sorce == 'x'     | speaks of domain.disks.0.sorce, which no event has: domain.disks.0 has bus
          qemu.*.*             | domain.disks.source == 'x'       | domain.disks has no members, give an index
          qemu.*.*             | domain.os.arch.name == 'x'       | domain.os.arch has no members
          qemu.*.*             | hook.opration == 'x'             | speaks of hook.opration
          qemu.*.*             | network.name == 'x'              | speaks of network, which the events of qemu.*.* do not have
          lxc.start.begin      | port.mac == 'x'                  | speaks of port, which
          network.start.begin  | domain.name == 'x'               | speaks of domain, which
          network.start.begin  | port.mac == 'x'                  | speaks of port, which
          """)
  void aConditionOnWhatNoEventHas(String when, String condition, String message) throws Exception {
    assertThat(condition(when, condition))
        .singleElement()
        .satisfies(
            doubt -> {
              assertThat(doubt.level()).isEqualTo(Check.Level.WARNING);
              assertThat(doubt.what()).isEqualTo("decisions.quota.condition");
              assertThat(doubt.message()).contains(message);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          qemu.*.*             | domain.memoryKiB > 67108864 && domain.vcpus / 2 > 3
          qemu.*.*             | domain.disks[0].device == 'cdrom' or empty(domain.interfaces)
          qemu.*.*             | domain.interfaces[1]['mac'] =^ '52:54' || late
          qemu.*.*             | parseError.line > 1 ? truncated.bytes > 5 : host.name =~ 'kvm.*'
          network.start.begin  | network.ips[0] =~ '10.*' and hook.object == 'default'
          '*.*.*'              | network.name == 'x' || domain.name == 'y'
          """)
  void aConditionOnWhatThereIs(String when, String condition) throws Exception {
    assertThat(condition(when, condition)).isEmpty();
  }

  @Test
  void twoMistakesAreTwoLines() throws Exception {
    assertThat(condition("qemu.*.*", "domain.memory > 5 || domain.cpus > 2")).hasSize(2);
  }
}
