package dev.hookbridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.docs.Page;
import dev.hookbridge.observer.LinkState;
import dev.hookbridge.status.Panel.Level;
import dev.hookbridge.status.Snapshot.MailboxState;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of an agent, and what is judged to be well. */
class StatusViewTest {
  private final Host host = new Host();

  private Panel panel(String id) {
    return StatusView.of(host.snapshot()).stream()
        .filter(panel -> panel.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> row(Panel panel, int row) {
    return panel.rows().get(row).stream().map(Panel.Cell::text).toList();
  }

  private void judged(String id, Level level, String word) {
    Panel panel = panel(id);
    assertThat(panel.word()).isEqualTo(word);
    assertThat(panel.level()).isEqualTo(level);
    String documented = word.replaceFirst("\\d of \\d", "n of m").replaceFirst("^\\d+ ", "n ");
    assertThat(Page.of("docs/status.md").text())
        .contains(
            "| " + panel.title() + " |", "*" + documented.replace("over feed", "over …") + "*");
    Panel top = panel("top");
    assertThat(top.level()).isEqualTo(level.worse(Level.GOOD));
    assertThat(top.word())
        .isEqualTo(level.compareTo(Level.GOOD) > 0 ? "look at " + id : "all well");
  }

  /** Who is woken by an alert finds it on the page. */
  @Test
  void theAlertsHaveTheSameFigures() throws IOException {
    assertThat(Files.readString(Repository.file("deploy/prometheus/alerts.yaml")))
        .contains("min_over_time(hookbridge_mailbox_files[5m]) > " + StatusView.MANY_FILES + "\n")
        .contains("hookbridge_spool_limit_bytes > " + StatusView.NEARLY_FULL + "\n")
        .contains(
            "expr: hookbridge_sink_oldest_event_age_seconds > " + (long) StatusView.OLD + "\n");
  }

  @Test
  void anAgentThatIsWell() {
    judged("sinks", Level.GOOD, "all connected");
    judged("spool", Level.GOOD, "stores");
    judged("mailbox", Level.GOOD, "ingested");
    judged("losses", Level.GOOD, "none");
    judged("libvirt", Level.NONE, "not observed");
    judged("decisions", Level.NONE, "no rules");
    assertThat(StatusView.of(host.snapshot()))
        .extracting(Panel::id)
        .containsExactly(
            "top", "sinks", "spool", "mailbox", "losses", "libvirt", "decisions", "events");
    assertThat(panel("top").facts()).extracting(fact -> fact.value().text()).contains("3 h 12 min");
  }

  @Test
  void aDaemonThatIsHeardAndOneThatIsNot() {
    LinkState qemu = new LinkState("qemu", "qemu:///system", true, 12, "");
    host.observer = List.of(qemu);
    judged("libvirt", Level.GOOD, "all heard");
    assertThat(row(panel("libvirt"), 0)).containsExactly("qemu", "listening", "12");
    String why = "libvirt cannot be reached: Connection refused";
    host.observer = List.of(qemu, new LinkState("network", "network:///system", false, 0, why));
    judged("libvirt", Level.WARN, "1 of 2 not heard");
    assertThat(row(panel("libvirt"), 1)).containsExactly("network", "not connected, " + why, "–");
  }

  @Test
  void aSinkThatIsAway() {
    host.sinks = List.of(Host.sink(false, 1_234, 75, "unreachable", 0), host.sinks.get(0));
    judged("sinks", Level.BAD, "1 of 2 not connected");
    assertThat(row(panel("sinks"), 0))
        .containsExactly("feed (kafka)", "not connected, unreachable", "1,234", "1 min 15 s", "0");
    assertThat(row(panel("sinks"), 1)).containsExactly("feed (kafka)", "connected", "0", "–", "0");
  }

  @Test
  void aSinkThatIsConnectedAndNotWell() {
    for (var sink :
        List.of(
            Host.sink(true, 5, 1, "authorization", 0),
            Host.sink(true, 5, 301, "", 0),
            Host.sink(true, 0, 0, "", 2))) {
      host.sinks = List.of(sink);
      judged("sinks", Level.WARN, "1 of 1 to be looked at");
    }
    host.sinks = List.of(Host.sink(true, 5, Double.NaN, "", Double.NaN));
    judged("sinks", Level.GOOD, "all connected");
    assertThat(row(panel("sinks"), 0)).endsWith("5", "unknown", "unknown");
  }

  @Test
  void aSpoolThatFillsOrFails() {
    host.spool = Host.spool((4L << 30) * 81 / 100, "");
    judged("spool", Level.WARN, "nearly full");
    host.spool = Host.spool(1 << 20, "the disk is full");
    judged("spool", Level.BAD, "cannot store");
    assertThat(panel("spool").facts())
        .contains(new Panel.Fact("Trouble", new Panel.Cell("the disk is full", Level.BAD)));
  }

  @Test
  void aMailboxThatIsLongOrNotRead() {
    host.mailbox = new MailboxState(1_001, 11, "");
    judged("mailbox", Level.WARN, "catching up");
    host.mailbox = new MailboxState(0, 11, "it cannot be read");
    judged("mailbox", Level.BAD, "calls wait");
  }

  @Test
  void lossesAreShown() {
    host.losses = Map.of("damaged", 0L, "max-bytes", 17L);
    judged("losses", Level.BAD, "17 lost");
    assertThat(panel("losses").rows()).hasSize(1);
    assertThat(row(panel("losses"), 0)).containsExactly("max-bytes", "17");
  }

  @Test
  void decisionsThatAreOpen() {
    host.decisions = Host.decisions(2, true, List.of(), List.of(Host.pending("web\u202e1")));
    judged("decisions", Level.GOOD, "gates are on");
    assertThat(row(panel("decisions"), 0))
        .containsExactly("placement", "qemu.prepare", "web\\u{202e}1", "1.2 s", "0.7 s", "waits");
    host.decisions =
        Host.decisions(2, true, List.of(), Collections.nCopies(320, Host.pending("web1")));
    assertThat(panel("decisions").rows()).hasSize(20);
    assertThat(panel("decisions").facts()).contains(Panel.Fact.of("Open now", "320"));
  }

  @Test
  void decisionsThatAreNotMade() {
    host.decisions = Host.decisions(2, true, List.of("feed"), List.of());
    judged("decisions", Level.WARN, "nobody to ask over feed");
    host.decisions = Host.decisions(2, false, List.of("feed"), List.of());
    judged("decisions", Level.WARN, "switched off");
  }

  @Test
  void eventsWithoutASubjectOrWithAnyName() {
    host.events = List.of(Host.event(2, ""), Host.event(1, "<b>\u202e"));
    assertThat(row(panel("events"), 0)).containsExactly("04:05:06.123", "qemu.started", "–", "2");
    assertThat(row(panel("events"), 1)).contains("<b>\\u{202e}");
  }

  @Test
  void severalTroublesAreNamedTogether() {
    host.mailbox = new MailboxState(1_001, 11, "");
    host.losses = Map.of("late", 1L);
    assertThat(panel("top").word()).isEqualTo("look at mailbox, losses");
    assertThat(panel("top").level()).isEqualTo(Level.BAD);
  }
}
