package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent gets SIGKILL between every two steps of taking in and trimming, under load from real
 * shims, again and again in one data folder: nothing is missing, guests keep their order, and a
 * repeat has the same id.
 */
class EveryStepIT {
  private static final int GUESTS = 3;
  private static final int DEATHS = Boolean.getBoolean("hookbridge.full") ? 30 : 3;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"TAKEN", "STORED", "REMOVED", "FORGOTTEN", "SAVED"})
  void deathAtAStepLosesNothing(String step) throws Exception {
    Path events = folder.resolve("events.jsonl");
    try (Host host = new Host(folder, "kvm-07", new EventFile(events).sink())) {
      Hooks hooks = new Hooks(host);
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      List<Thread> guests = hooks.live(GUESTS, (thread, failure) -> failures.add(failure));
      for (int death = 1; death <= DEATHS; death++) {
        Process agent = host.startMortalAgent(step, death);
        assertThat(agent.waitFor(2, TimeUnit.MINUTES)).as("the agent reached its step").isTrue();
        assertThat(agent.exitValue()).as(host.log()).isEqualTo(128 + 9);
      }
      hooks.end();
      for (Thread guest : guests) {
        guest.join();
      }
      assertThat(failures).isEmpty();
      host.startAgent();
      host.awaitDelivered();
      allArrive(events, hooks);
      assertThat(host.stopAgent()).isZero();
      System.out.println(step + ": " + hooks.fired() + " hooks, " + DEATHS + " deaths");
    }
  }

  private static void allArrive(Path events, Hooks hooks) {
    Awaitility.await("every event")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              Map<String, List<String>> lives = new LinkedHashMap<>();
              Map<String, String> bodies = new LinkedHashMap<>();
              for (String line : Files.readAllLines(events)) {
                note(line, lives, bodies);
              }
              assertThat(bodies).hasSize(hooks.fired());
              lives.forEach(
                  (guest, operations) ->
                      assertThat(operations)
                          .isEqualTo(
                              Hooks.expected(Objects.requireNonNull(hooks.lived().get(guest)))));
            });
  }

  /** The first occurrence counts; a repeat must be the very same hook call. */
  private static void note(String line, Map<String, List<String>> lives, Map<String, String> bodies)
      throws IOException {
    JsonNode event;
    try {
      event = Consumer.JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return; // torn by the death; its event stands whole on a later line
    }
    if (!event.path("type").asText().startsWith("dev.hookbridge.libvirt.")) {
      return;
    }
    JsonNode hook = event.at("/data/hook");
    String said = hook.get("operation").asText() + " " + event.at("/data/domain/title").asText();
    String before = bodies.put(event.get("id").asText(), hook.get("object").asText() + said);
    if (before == null) {
      lives.computeIfAbsent(hook.get("object").asText(), guest -> new ArrayList<>()).add(said);
    } else {
      assertThat(before).isEqualTo(hook.get("object").asText() + said);
    }
  }
}
