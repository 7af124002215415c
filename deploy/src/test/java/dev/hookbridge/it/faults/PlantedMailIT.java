package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What no shim has made is put into the mailbox of a running agent: told, set aside, not opened.
 */
class PlantedMailIT {
  private static final int ROUNDS = Boolean.getBoolean("hookbridge.full") ? 20 : 2;
  private static final long TOO_LARGE = 64L << 20;

  @TempDir Path folder;
  private final List<String> planted = new ArrayList<>();
  private Path fresh;

  @Test
  void theRestGoesOn() throws Exception {
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    Path secret = Files.writeString(folder.resolve("secret"), "root's");
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      fresh = host.data.resolve("mail/new");
      host.startAgent();
      host.awaitReady();
      Hooks hooks = new Hooks(host);
      for (int round = 0; round < ROUNDS; round++) {
        plantAll(hooks, secret);
      }
      Awaitility.await("all is told")
          .atMost(Duration.ofSeconds(60))
          .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
          .until(
              () ->
                  events.lost().size() >= planted.size() && events.hooks().size() >= hooks.fired());
      assertThat(host.metric("hookbridge_lost_total")).isEqualTo(planted.size());
      assertThat(host.stopAgent()).isZero();
      assertThat(events.lost())
          .extracting(event -> event.attributes().get("causationid"))
          .containsExactlyInAnyOrderElementsOf(planted);
      for (Consumer.Message event : events.lost()) {
        assertThat(event.json().path("reason").asText()).isEqualTo("damaged");
      }
      assertThat(Consumer.lives(events.all()).get("guest-0"))
          .isEqualTo(Hooks.firsts(hooks.fired()));
      // Beside the agent's spares, which are hidden.
      assertThat(fresh.toFile().list((in, name) -> !name.startsWith(".")))
          .hasSize(ROUNDS)
          .allMatch(name -> isFolder(name));
    }
    assertThat(secret).hasContent("root's");
    assertThat(Files.readString(events.path())).doesNotContain("root's");
  }

  private boolean isFolder(String name) {
    return Files.isDirectory(fresh.resolve(name));
  }

  /** Between any two a hook is called. */
  private void plantAll(Hooks hooks, Path secret) throws Exception {
    call(hooks);
    rename(bytes("nonsense"), name());
    call(hooks);
    rename(bytes("hookbridge/1\n4:call,39:id="), name());
    call(hooks);
    rename(new byte[0], name());
    call(hooks);
    Path large = Files.createFile(folder.resolve("large"));
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(TOO_LARGE);
    }
    Files.move(large, fresh.resolve(name()), StandardCopyOption.ATOMIC_MOVE);
    call(hooks);
    Files.createSymbolicLink(fresh.resolve(name()), secret);
    call(hooks);
    String pipe = fresh.resolve(name()).toString();
    assertThat(Host.run(Duration.ofSeconds(5), "mkfifo", pipe).exit()).isZero();
    call(hooks);
    Files.createDirectory(fresh.resolve("folder-" + UUID.randomUUID()));
    rename(bytes("foreign"), "editor~" + UUID.randomUUID());
    Files.createSymbolicLink(fresh.resolve("link-" + UUID.randomUUID()), secret);
    call(hooks);
  }

  private static void call(Hooks hooks) throws Exception {
    hooks.fire("guest-0", hooks.fired());
  }

  private void rename(byte[] content, String name) throws IOException {
    Path file = Files.write(folder.resolve("planted"), content);
    Files.move(file, fresh.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** A name as a shim of this boot would give it; its id is to be told. */
  private String name() throws IOException {
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
    String id = UUID.randomUUID().toString();
    planted.add(id);
    return String.format(Locale.ROOT, "%020d-%s-%020d-%s", planted.size(), boot, 1L, id);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
