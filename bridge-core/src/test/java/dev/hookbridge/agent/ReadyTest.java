package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.http.AgentClient;
import dev.hookbridge.http.AgentClient.Answer;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /ready} of a running agent tells mailbox, spool and sinks apart. */
@Tag("slow")
class ReadyTest {
  @TempDir Path folder;

  private Agent start(Path events) throws Exception {
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        places.configFile(),
        """
        host: kvm-07.example.org
        http: 127.0.0.1:0
        drain-timeout: 0s
        sinks: { local: { type: file, path: %s } }
        """
            .formatted(events));
    return Agent.start(Config.load(null, places, Map.of()), places, "0.1.0");
  }

  @AfterEach
  void changeable() throws Exception {
    for (String name : List.of("mail/new", "spool")) {
      if ("root".equals(System.getProperty("user.name"))) {
        chattr("-i", name); // or nobody can remove it
      }
    }
  }

  /** Even root writes nothing into a folder that is immutable. */
  private boolean chattr(String change, String name) throws IOException, InterruptedException {
    Process chattr = new ProcessBuilder("chattr", change, folder.resolve(name).toString()).start();
    return chattr.waitFor() == 0;
  }

  private static Answer ready(Agent agent) throws IOException {
    Endpoint endpoint = Endpoint.open(agent.http().orElseThrow());
    return AgentClient.ofThisUser(endpoint, Duration.ofSeconds(60)).get("/ready");
  }

  private static void await(Agent agent, int status, String body) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(ready(agent)).isEqualTo(new Answer(status, body)));
  }

  @Test
  void aFolderThatCannotBeWritten() throws Exception {
    Needs.root();
    Needs.command("chattr");
    try (Agent agent = start(folder.resolve("events.jsonl"))) {
      await(agent, 200, "ok      mailbox\nok      spool\nok      sink local\n");
      String name = "mail/new";
      Needs.that(chattr("+i", name), "chattr +i is not supported where tests have their files");
      String full = folder.resolve(name) + " cannot be written";
      await(agent, 503, "failing mailbox: " + full + "\nok      spool\nok      sink local\n");
      chattr("-i", name);
      chattr("+i", "spool");
      String wrong = folder.resolve("spool") + " cannot be written";
      await(agent, 503, "ok      mailbox\nfailing spool: " + wrong + "\nok      sink local\n");
      chattr("-i", "spool");
      await(agent, 200, "ok      mailbox\nok      spool\nok      sink local\n");
    }
  }

  @Test
  void noSink() throws Exception {
    Path missing = folder.resolve("missing/events.jsonl");
    try (Agent agent = start(missing)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(ready(agent).body())
                      .startsWith("ok      mailbox\nok      spool\nfailing sink local: "));
      assertThat(ready(agent).status()).isEqualTo(503);
      Files.createDirectory(missing.getParent());
      await(agent, 200, "ok      mailbox\nok      spool\nok      sink local\n");
    }
  }
}
