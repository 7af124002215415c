package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Route;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncludeTest {
  private static final Route START = new Route("qemu", "start", "begin", "web.1");
  private static final Route CREATED = new Route("network", "port-created", "begin", "iso");

  @Test
  void aStarIsOneWord() {
    Include include = new Include(List.of("qemu.*.*", "network.port-created.begin"));
    assertThat(include.passes(START)).isTrue();
    assertThat(include.passes(CREATED)).isTrue();
    assertThat(include.passes(new Route("network", "started", "begin", "iso"))).isFalse();
    assertThat(include.passes(new Route("lxc", "start", "begin", "x"))).isFalse();
    assertThat(new Include(List.of("daemon.start.-")).passes(new Route("daemon", "start", "-", "")))
        .isTrue();
  }

  @Test
  void theAgentsOwnEventsAlwaysPass() {
    assertThat(new Include(List.of()).passes(new Route("agent", "lost", "-", "host"))).isTrue();
    assertThat(new Include(List.of()).passes(START)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "qemu", "qemu.*", "qemu.*.*.*", "qemu..x", "Qemu.*.*", "q*.*.*"})
  void invalidPatternIsRefused(String pattern) {
    assertThatThrownBy(() -> new Include(List.of(pattern)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("driver.operation.suboperation");
  }
}
