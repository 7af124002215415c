package dev.hookbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.testing.FakeTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules as an operator writes them. */
class RuleConfigTest {
  private static final String SINKS =
      """
      host: kvm-07.example.org
      sinks:
        feed: { type: fake }
        local: { type: file, path: /tmp/x }
      decisions:
      """;

  @TempDir Path folder;

  private List<Rule> load(String decisions) throws Exception {
    Path file = Files.writeString(folder.resolve("test.yaml"), SINKS + decisions);
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    return FakeTransport.found(folder, () -> Config.load(file, places, Map.of())).decisions();
  }

  @Test
  void everyDefault() throws Exception {
    Rule rule = load("  - { name: placement, when: qemu.prepare.begin, via: feed }").get(0);
    assertThat(rule.name()).isEqualTo("placement");
    assertThat(rule.when()).hasToString("qemu.prepare.begin");
    assertThat(rule.when().destructive()).isFalse();
    assertThat(rule.object()).hasToString("*");
    assertThat(rule.exempt()).isEmpty();
    assertThat(rule.condition()).isEmpty();
    assertThat(rule.via()).isEqualTo("feed");
    assertThat(rule.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(rule.onTimeout()).isEqualTo(Vote.ALLOW);
    assertThat(rule.onError()).isEqualTo(Vote.ALLOW);
    assertThat(rule.onAgentAbsent()).isEqualTo(Vote.ALLOW);
    assertThat(rule.allowsNeeded()).isEqualTo(1);
    assertThat(rule.mode()).isEqualTo(Rule.Mode.ENFORCE);
  }

  @Test
  void everyKey() throws Exception {
    Rule rule =
        load("""
                  - name: placement
                    when: qemu.started.*
                    object: "prod-*"
                    exempt: [prod-1, prod-2]
                    condition: domain.memoryKiB > 67108864
                    via: feed
                    timeout: 250ms
                    on-timeout: veto
                    on-error: veto
                    on-agent-absent: veto
                    allows-needed: 2
                    mode: observe
                    allow-destructive: true
                """)
            .get(0);
    assertThat(rule.when().destructive()).isTrue();
    assertThat(rule.object()).hasToString("prod-*");
    assertThat(rule.exempt()).containsExactly("prod-1", "prod-2");
    assertThat(rule.condition()).get().hasToString("domain.memoryKiB > 67108864");
    assertThat(rule.timeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(rule.onTimeout()).isEqualTo(Vote.VETO);
    assertThat(rule.onError()).isEqualTo(Vote.VETO);
    assertThat(rule.onAgentAbsent()).isEqualTo(Vote.VETO);
    assertThat(rule.allowsNeeded()).isEqualTo(2);
    assertThat(rule.mode()).isEqualTo(Rule.Mode.OBSERVE);
  }

  @Test
  void noRulesAreFine() throws Exception {
    assertThat(load("  []")).isEmpty();
    assertThat(load("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemu.prepare.begin",
        "*.start.*",
        "qemu.*.begin",
        "network.start.begin",
        "*.*.*",
        "qemu.*.*"
      })
  void patternsThatCanBeGated(String when) throws Exception {
    assertThat(load("  - { name: a, when: \"" + when + "\", via: feed }")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          qemu.prepare           | is not a pattern: write driver.operation.suboperation
          qemu.boot.begin        | matches no operation that libvirt calls hooks for
          qemu.perpare.begin     | did you mean prepare?
          vmware.*.*             | matches no operation that libvirt calls hooks for
          qemu.prepare.end       | matches no operation that libvirt calls hooks for
          qemu.stopped.end       | cannot be gated, since when such a hook fails, libvirt ignores it
          daemon.*.*             | cannot be gated, since when such a hook fails, libvirt ignores it
          qemu.reconnect.begin   | cannot be gated, since when such a hook fails, the running guest is killed
          *.reconnect.*          | cannot be gated, since when such a hook fails, the running guest is killed
          libxl.reconnect.begin  | libvirt forgets the running guest
          network.started.begin  | libvirt before 11.3 leaks the network's bridge
          network.updated.begin  | the change stays and an error is reported
          qemu.started.begin     | is destructive, since when such a hook fails, the running guest is killed: set allow-destructive
          network.port-created.* | is destructive
          """)
  void patternsThatCannot(String when, String message) {
    assertThatThrownBy(() -> load("  - { name: a, when: \"" + when + "\", via: feed }"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("decisions.a.when")
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void noFlagOpensWhatDoesHarm() {
    for (String when : new String[] {"qemu.reconnect.begin", "network.started.begin"}) {
      String rule = "  - { name: a, when: " + when + ", via: feed, allow-destructive: true }";
      assertThatThrownBy(() -> load(rule)).hasMessageContaining("cannot be gated");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {}                                                 | decisions is not a list
          [ a ]                                              | decisions[0] is not a map
          [ { when: qemu.prepare.begin, via: feed } ]        | decisions[0].name is missing
          [ { name: A, when: qemu.prepare.begin, via: feed } ] | decisions[0].name is 'A'
          [ { name: a, via: feed } ]                         | decisions.a.when is missing
          [ { name: a, when: qemu.prepare.begin } ]          | decisions.a.via is missing
          [ { name: a, when: qemu.prepare.begin, via: fed } ] | decisions.a.via is 'fed', no sink: name one of feed
          [ { name: a, when: qemu.prepare.begin, via: local } ] | decisions.a.via is 'local', whose type does not support decisions
          [ { name: a, when: qemu.prepare.begin, via: feed, objekt: x } ] | decisions.a.objekt is not a key: did you mean object?
          [ { name: a, when: qemu.prepare.begin, via: feed, object: "" } ] | decisions.a.object is empty
          [ { name: a, when: qemu.prepare.begin, via: feed, exempt: [ "" ] } ] | holds an empty name
          [ { name: a, when: qemu.prepare.begin, via: feed, timeout: 11s } ] | decisions.a.timeout is 11s: write a value from 100ms to 10s
          [ { name: a, when: qemu.prepare.begin, via: feed, timeout: 50ms } ] | decisions.a.timeout is 50ms: write a value from 100ms to 10s
          [ { name: a, when: qemu.prepare.begin, via: feed, on-timeout: deny } ] | write allow or veto
          [ { name: a, when: qemu.prepare.begin, via: feed, mode: on } ] | write enforce, observe or off
          [ { name: a, when: qemu.prepare.begin, via: feed, allows-needed: 0 } ] | decisions.a.allows-needed is 0
          [ { name: a, when: qemu.prepare.begin, via: feed, condition: "x = 1" } ] | decisions.a.condition 'x = 1' is not an expression
          [ { name: a, when: qemu.prepare.begin, via: feed, condition: "domian.vcpus > 1" } ] | speaks of domian
          [ { name: a, when: qemu.prepare.begin, via: feed }, { name: a, when: qemu.start.begin, via: feed } ] | two rules called a
          """)
  void aMistakeIsOneSentenceThatSaysWhatToDo(String decisions, String message) {
    assertThatThrownBy(() -> load("  " + decisions))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("test.yaml")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void moreThanTheShimReadsIsAnError() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 65; i++) {
      many.append("  - { name: r").append(i).append(", when: qemu.prepare.begin, via: feed }\n");
    }
    assertThatThrownBy(() -> load(many.toString())).hasMessageContaining("more than 64");
    String long1 = "  - { name: a, when: qemu.prepare.begin, via: feed, exempt: [";
    assertThatThrownBy(() -> load(long1 + "x".repeat(66_000) + "] }"))
        .hasMessageContaining("more than 64 rules or 65536 bytes");
  }
}
