package dev.hookbridge.decision.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a condition can say, and that it can say nothing else. */
class RuleConditionTest {
  private static final String DATA =
      """
      {"hook":{"driver":"qemu","object":"web1","operation":"prepare"},
       "host":{"name":"kvm-07"},"domain":{"name":"web1","memoryKiB":67108865,"vcpus":4,
       "os":{"type":"hvm"},"disks":[{"device":"cdrom","readonly":true},{"device":"disk"}],
       "interfaces":[]},"late":true""";

  private static Map<String, Object> data() {
    String xml = ",\"xml\":\"<domain/>\"}";
    byte[] whole = (DATA + xml).getBytes(StandardCharsets.UTF_8);
    int xmlAt = DATA.getBytes(StandardCharsets.UTF_8).length;
    return EventMap.of(
        new Envelope(
            Map.of("id", "1"), new Route("qemu", "prepare", "begin", "web1"), whole, xmlAt));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          domain.memoryKiB > 67108864                                  | true
          domain.memoryKiB > 67108865                                  | false
          domain.memoryKiB / 1024 / domain.vcpus > 16384               | false
          domain.name =~ 'web[0-9]+' && !(host.name =^ 'kvm-08')       | true
          hook.object =~ ['db1', 'db2'] or hook.driver == 'lxc'        | false
          size(domain.disks) > 1                                       | true
          empty(domain.interfaces)                                     | true
          domain.disks[0].device == 'cdrom'                            | true
          domain.disks[1].readonly == true                             | false
          late                                                         | true
          !late                                                        | false
          domain.title == 'x'                                          | false
          empty(domain.title)                                          | true
          domain.os.type == 'hvm' ? domain.vcpus > 8 : true            | false
          """)
  void holds(String text, boolean expected) {
    assertThat(RuleCondition.of(text).holds(data())).isEqualTo(expected);
  }

  /** Then the deciders judge. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "domain.maxMemory > 3",
        "domain.title.text == 'x'",
        "network.connections > 3",
        "domain.disks[7].device == 'x'",
        "domain.name > 3",
        "domain.vcpus / 0 > 1",
        "domain.name",
        "domain.vcpus"
      })
  void conditionThatCannotBeEvaluatedIsTrue(String text) {
    assertThat(RuleCondition.of(text).holds(data())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "domain.",
        "domain.memoryKiB >",
        "x = 3",
        "domain.name = 'y'",
        "domain.vcpus += 1",
        "domain.vcpus++",
        "var x = 3",
        "true; false",
        "while (true) {}",
        "for (x : domain.disks) {}",
        "if (true) { 1 }",
        "() -> { 1 }",
        "(x) => x",
        "function(x) { 1 }",
        "new('java.io.File', 'x')",
        "new java.io.File('x')",
        "domain.name.length() > 3",
        "''.getClass()",
        "domain.disks.size() > 0",
        "@silent true",
        "#pragma a b",
        "throw 1",
        "return true",
        "java.lang.Runtime",
        "domian.memoryKiB > 3",
        "system.exit"
      })
  void nothingElseCanBeSaid(String text) {
    assertThatThrownBy(() -> RuleCondition.of(text))
        .as(text)
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "domain.name.class.name == 'java.lang.String'",
        "domain.class.classLoader == 1",
        "domain.disks.class == 1",
        "hook['class'].forName == 1"
      })
  void noClassIsInReach(String text) {
    // Not there, so it cannot be computed; a class in reach would make it false.
    assertThat(RuleCondition.of(text).holds(data())).isTrue();
  }

  @Test
  void aWordThatNoEventHasIsSaid() {
    assertThatThrownBy(() -> RuleCondition.of("domian.memoryKiB > 3"))
        .hasMessageContaining("speaks of domian")
        .hasMessageContaining("domain");
  }
}
