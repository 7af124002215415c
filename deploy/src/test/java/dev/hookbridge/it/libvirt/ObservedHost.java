package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.libvirt.Hypervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A host whose agent listens to libvirt, and what both brokers have of it. */
final class ObservedHost implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(90);

  final Hypervisor host;
  private final InstalledHost installed;

  ObservedHost(Path folder, String name) throws Exception {
    installed = new InstalledHost(folder.resolve(name), name);
    host = installed.host;
    try {
      host.agent.start();
      host.agent.awaitReady();
      host.startLibvirt();
      Awaitility.await("the agent listens")
          .atMost(PATIENCE)
          .until(() -> inventories("qemu").size() > 0 && inventories("lxc").size() > 0);
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  List<Feed> feeds() {
    return installed.feeds;
  }

  /** The first broker's events of a type, in its order. */
  List<Consumer.Message> of(String type) throws Exception {
    return feeds().get(0).of(type);
  }

  List<Consumer.Message> inventories(String driver) throws Exception {
    List<Consumer.Message> found = new ArrayList<>();
    for (Consumer.Message message : of("inventory")) {
      if (message.json().at("/drivers/0").asText().equals(driver)) {
        found.add(message);
      }
    }
    return found;
  }

  List<JsonNode> gaps(String driver) throws Exception {
    List<JsonNode> gaps = new ArrayList<>();
    for (Consumer.Message message : of("observer.gap")) {
      if (message.json().path("driver").asText().equals(driver)) {
        gaps.add(message.json());
      }
    }
    return gaps;
  }

  /** The state in the latest inventory that has the guest. */
  String state(String guest) throws Exception {
    String state = null;
    for (Consumer.Message inventory : inventories("qemu")) {
      for (JsonNode listed : inventory.json().path("guests")) {
        state = listed.path("name").asText().equals(guest) ? listed.path("state").asText() : state;
      }
    }
    return state;
  }

  /** The calls and events of a guest at the first broker, in its order. */
  List<String> life(String guest) throws Exception {
    return feeds().get(0).life(host.name, guest);
  }

  /**
   * Both brokers have these calls and these events of the guest, and nothing else, each in order.
   * An event comes after the calls before it here. A call that libvirt makes milliseconds after an
   * event may come before it.
   */
  void lived(String name, String... life) {
    for (Feed feed : feeds()) {
      Awaitility.await(name)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(() -> assertLife(feed.life(host.name, name), List.of(life)));
    }
  }

  void assertLife(List<String> life, List<String> expected) {
    assertThat(calls(life)).as("%s %s", life, host.log()).isEqualTo(calls(expected));
    assertThat(events(life)).as("%s", life).isEqualTo(events(expected));
    for (int i = 1; i < expected.size(); i++) {
      if (isCall(expected.get(i - 1)) && !isCall(expected.get(i))) {
        assertThat(life).containsSubsequence(expected.get(i - 1), expected.get(i));
      }
    }
  }

  private static boolean isCall(String event) {
    return event.startsWith("hook ");
  }

  private static List<String> calls(List<String> life) {
    return life.stream().filter(ObservedHost::isCall).toList();
  }

  private static List<String> events(List<String> life) {
    return life.stream().filter(event -> !isCall(event)).toList();
  }

  void awaitLife(String name, String event) {
    Awaitility.await(name + " " + event)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> life(name).contains(event));
  }

  @Override
  public void close() {
    installed.close();
  }
}
