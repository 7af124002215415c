package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.FakeTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of calls when the intake meets a fault of its own. */
class IntakeTest {
  @TempDir Path folder;

  @Test
  void batchThatFailedIsTakenAgainInItsPlace() throws Exception {
    FakeTransport.reset();
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        places.configFile(),
        "host: kvm-07.example.org\nhttp: off\nsinks: { feed: { type: fake } }\n");
    Config config =
        FakeTransport.found(folder.resolve("services"), () -> Config.load(null, places, Map.of()));
    List<String> ids = new ArrayList<>(List.of(call(places, "0"), call(places, "1")));
    AtomicInteger failures = new AtomicInteger(2);
    try (Agent agent = Agent.start(config, places, "0.1.0", step -> failOnce(step, failures))) {
      Awaitility.await().until(() -> failures.get() < 0);
      ids.add(call(places, "2"));
      Awaitility.await().until(() -> published().size() == ids.size());
      assertThat(published()).isEqualTo(ids);
      assertThat(agent.failure()).isNotDone();
    }
  }

  private static void failOnce(IntakeStep step, AtomicInteger failures) {
    if (step == IntakeStep.TAKEN && failures.getAndDecrement() > 0) {
      throw new IllegalStateException("on purpose");
    }
  }

  private static List<String> published() {
    return FakeTransport.PUBLISHED.stream()
        .filter(event -> !event.route().isAgent())
        .map(Envelope::id)
        .toList();
  }

  private static String call(HostPaths places, String guest) throws Exception {
    String id = ShimDouble.newId();
    ShimDouble.deliver(
        places.mail(),
        ShimDouble.call(
            id, "qemu", List.of("g" + guest, "start", "begin", "-"), new byte[0], Map.of()));
    return id;
  }
}
