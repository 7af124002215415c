package dev.hookbridge.amqp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Route;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AmqpRoutingTest {
  private static final int TRIES = Boolean.getBoolean("hookbridge.full") ? 100_000 : 10_000;

  @ParameterizedTest
  @CsvSource({
    "qemu,    start,              begin, web-1,            qemu.start.begin.web-1",
    "qemu,    start,              begin, a.b.c,            qemu.start.begin.a_b_c",
    "daemon,  reload,             begin, '',               daemon.reload.begin.-",
    "agent,   decision.requested, '',    kvm.example.org,  agent.decision_requested.-.kvm_example_org",
    "unknown, unknown,            -,     '*#.',            unknown.unknown.-.___",
    "qemu,    start,              begin, größe 鯨 🐋,      qemu.start.begin.größe 鯨 🐋",
  })
  void examples(String driver, String operation, String suboperation, String object, String key) {
    assertThat(AmqpRouting.key(new Route(driver, operation, suboperation, object))).isEqualTo(key);
  }

  @Test
  void aNameThatFitsExactlyStaysAsItIs() {
    String prefix = "qemu.start.begin.";
    String fits = "x".repeat(255 - prefix.length());
    assertThat(key("qemu", fits)).isEqualTo(prefix + fits);
    assertThat(key("qemu", fits + "x"))
        .hasSize(255)
        .startsWith(prefix + "x".repeat(200))
        .matches(".*~[0-9a-f]{16}");
  }

  @Test
  void longNamesThatDifferAtTheirEndHaveKeysThatDiffer() {
    assertThat(key("qemu", "x".repeat(400) + "1")).isNotEqualTo(key("qemu", "x".repeat(400) + "2"));
  }

  /** Whatever a guest is called, a binding can count on four words. */
  @Test
  void anyRouteMakesAKeyOfFourWordsThatABindingCanName() {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < TRIES; i++) {
      Route route = new Route(word(random), word(random), word(random), word(random));
      String key = AmqpRouting.key(route);
      assertThat(key.getBytes(UTF_8).length).as(key).isLessThanOrEqualTo(255);
      assertThat(key.split("\\.", -1)).as(key).hasSize(4).doesNotContain("", "*", "#");
      assertThat(key.codePoints())
          .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
      assertThat(new String(key.getBytes(UTF_8), UTF_8)).isEqualTo(key);
      assertThat(AmqpRouting.key(route)).isEqualTo(key);
      keys.add(key);
    }
    assertThat(keys)
        .as("different routes share a key only by accident")
        .hasSizeGreaterThan(TRIES / 2);
  }

  private static String key(String driver, String object) {
    return AmqpRouting.key(new Route(driver, "start", "begin", object));
  }

  /** Any characters at all, halves of surrogate pairs too, and lengths around the limits. */
  private static String word(Random random) {
    int length = random.nextInt(4) == 0 ? random.nextInt(400) : random.nextInt(20);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(4)) {
        case 0 -> word.append((char) random.nextInt(0x80));
        case 1 -> word.append((char) random.nextInt(0x10000));
        case 2 -> word.appendCodePoint(random.nextInt(0x110000));
        default -> word.append(".*#-_".charAt(random.nextInt(5)));
      }
    }
    return word.toString();
  }
}
