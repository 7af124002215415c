package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Route;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long BEGIN = Long.MAX_VALUE - 3 * SECOND; // nanoTime may overflow
  private final Routes routes = new Routes(SinkOptions.Retry.DEFAULT);
  private long connectedAt = BEGIN - 3_600 * SECOND;

  private static Route route(String operation, String guest) {
    return new Route("qemu", operation, "begin", guest);
  }

  private boolean overdue(String operation, String guest, long seconds) {
    return routes.overdue(route(operation, guest), BEGIN + seconds * SECOND, connectedAt);
  }

  @Test
  void anEventIsTriedAgainForAMinute() {
    assertThat(overdue("started", "web", 0)).isFalse();
    assertThat(overdue("started", "web", 59)).isFalse();
    assertThat(overdue("started", "web", 60)).isTrue();
  }

  @Test
  void afterAConnectionBeganForFive() {
    connectedAt = BEGIN;
    assertThat(overdue("started", "web", 10)).isFalse();
    assertThat(overdue("started", "web", 299)).isFalse();
    assertThat(overdue("started", "web", 300)).isTrue();
  }

  @Test
  void unwantedEventWaitsOnce() {
    for (String guest : List.of("web", "db", "mail")) {
      assertThat(overdue("prepare", guest, 0)).isFalse();
    }
    assertThat(overdue("prepare", "web", 60)).isTrue();
    routes.routed(route("started", "web")); // other event types of this guest are wanted
    assertThat(overdue("prepare", "web", 61)).isTrue();
    assertThat(overdue("prepare", "new", 61)).as("a guest not seen before").isTrue();
  }

  @Test
  void aGuestNobodyWantsWaitsOnceThoughOthersAreWanted() {
    assertThat(overdue("started", "web", 0)).isFalse();
    routes.routed(route("started", "db"));
    routes.routed(route("stopped", "db"));
    assertThat(overdue("stopped", "web", 60)).isTrue();
  }

  @Test
  void aRouteThatWasThereAgainHasItsTimeAnew() {
    assertThat(overdue("started", "web", 0)).isFalse();
    routes.routed(route("started", "web"));
    assertThat(overdue("started", "web", 100)).isFalse();
    assertThat(overdue("started", "web", 159)).isFalse();
    assertThat(overdue("started", "web", 160)).isTrue();
  }
}
