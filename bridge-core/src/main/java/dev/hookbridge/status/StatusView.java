package dev.hookbridge.status;

import dev.hookbridge.decision.request.PendingRequest;
import dev.hookbridge.status.Panel.Cell;
import dev.hookbridge.status.Panel.Column;
import dev.hookbridge.status.Panel.Fact;
import dev.hookbridge.status.Panel.Level;
import dev.hookbridge.status.Snapshot.DecisionState;
import dev.hookbridge.status.Snapshot.MailboxState;
import dev.hookbridge.status.Snapshot.SinkState;
import dev.hookbridge.status.Snapshot.SpoolUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Converts a snapshot to texts. It is the only place that judges what is good or bad. */
final class StatusView {
  /**
   * Number of waiting files that counts as many. A burst leaves fewer for a moment. The alert uses
   * the same value.
   */
  static final long MANY_FILES = 1_000;

  /** Share of the limit that counts as nearly full. The alert uses the same value. */
  static final double NEARLY_FULL = 0.8;

  /** Age in seconds above which a connected sink needs attention. The alert uses the same value. */
  static final double OLD = 300;

  private static final int MOST_OPEN = 20;

  private static final List<Column> SINKS =
      List.of(
          Column.text("Sink"),
          Column.text("State"),
          Column.number("Waiting"),
          Column.number("Oldest"),
          Column.number("Dead letters"));
  private static final List<Column> LOSSES =
      List.of(Column.text("Reason"), Column.number("Events"));
  private static final List<Column> OPEN =
      List.of(
          Column.text("Rule"),
          Column.text("Hook"),
          Column.text("Guest"),
          Column.number("Waited"),
          Column.number("Left"),
          Column.text("The hook"));
  private static final List<Column> EVENTS =
      List.of(
          Column.text("Time"),
          Column.text("Event"),
          Column.text("Subject"),
          Column.number("Number"));

  private StatusView() {}

  /** Returns all boxes, in the order of the page. The first is the page's head. */
  static List<Panel> of(Snapshot now) {
    List<Panel> panels = new ArrayList<>();
    panels.add(sinks(now.sinks()));
    panels.add(spool(now.spool(), now.sinks()));
    panels.add(mailbox(now.mailbox()));
    panels.add(losses(now.losses()));
    panels.add(ObserverPanel.of(now.observer()));
    panels.add(decisions(now.decisions()));
    panels.add(events(now));
    panels.add(0, top(now, panels));
    return panels;
  }

  private static Panel top(Snapshot now, List<Panel> panels) {
    Level worst = Level.GOOD;
    List<String> notWell = new ArrayList<>();
    for (Panel panel : panels) {
      worst = worst.worse(panel.level());
      if (panel.level().compareTo(Level.GOOD) > 0) {
        notWell.add(panel.title().toLowerCase(java.util.Locale.ROOT));
      }
    }
    String word = notWell.isEmpty() ? "all well" : "look at " + String.join(", ", notWell);
    return Panel.of(
        "top",
        now.host(),
        worst,
        word,
        List.of(
            Fact.of("hookbridge", now.version()),
            Fact.of("up", DisplayText.span(now.up())),
            Fact.of("as of", DisplayText.clock(now.now()))));
  }

  private static Panel sinks(List<SinkState> sinks) {
    Level worst = Level.GOOD;
    int away = 0;
    int troubled = 0;
    List<List<Cell>> rows = new ArrayList<>();
    for (SinkState sink : sinks) {
      Level level = level(sink);
      worst = worst.worse(level);
      away += sink.connected() ? 0 : 1;
      troubled += level == Level.WARN ? 1 : 0;
      rows.add(
          List.of(
              Cell.of(sink.name() + " (" + sink.type() + ")"),
              new Cell(state(sink), level),
              Cell.of(DisplayText.count(sink.waiting())),
              new Cell(sink.waiting() == 0 ? "–" : DisplayText.span(sink.oldest()), age(sink)),
              new Cell(DisplayText.count(sink.dead()), sink.dead() > 0 ? Level.WARN : Level.NONE)));
    }
    String word = away > 0 ? away + " of " + sinks.size() + " not connected" : "all connected";
    if (away == 0 && troubled > 0) {
      word = troubled + " of " + sinks.size() + " to be looked at";
    }
    return new Panel("sinks", "Sinks", worst, word, List.of(), SINKS, rows, "");
  }

  private static Level level(SinkState sink) {
    boolean troubled = !sink.reason().isEmpty() || sink.dead() > 0 || age(sink) == Level.WARN;
    return sink.connected() ? troubled ? Level.WARN : Level.GOOD : Level.BAD;
  }

  private static Level age(SinkState sink) {
    return sink.waiting() > 0 && sink.oldest() > OLD ? Level.WARN : Level.NONE;
  }

  private static String state(SinkState sink) {
    String word = sink.connected() ? "connected" : "not connected";
    return sink.reason().isEmpty() ? word : word + ", " + sink.reason();
  }

  private static Panel spool(SpoolUsage spool, List<SinkState> sinks) {
    double share = (double) spool.bytes() / spool.limit();
    boolean filling = share > NEARLY_FULL;
    double oldest = sinks.stream().mapToDouble(SinkState::oldest).max().orElse(0);
    List<Fact> facts = new ArrayList<>();
    facts.add(Fact.of("Events held", DisplayText.count(spool.events())));
    String size = DisplayText.bytes(spool.bytes()) + " of " + DisplayText.bytes(spool.limit());
    facts.add(new Fact("On disk", new Cell(size, filling ? Level.WARN : Level.NONE)));
    facts.add(Fact.of("Oldest", spool.events() == 0 ? "–" : DisplayText.span(oldest)));
    facts.add(Fact.of("Last number", DisplayText.count(spool.last())));
    facts.add(Fact.of("Epoch", spool.epoch()));
    if (!spool.problem().isEmpty()) {
      facts.add(new Fact("Trouble", new Cell(spool.problem(), Level.BAD)));
      return Panel.of("spool", "Spool", Level.BAD, "cannot store", facts);
    }
    String word = filling ? "nearly full" : "stores";
    return Panel.of("spool", "Spool", filling ? Level.WARN : Level.GOOD, word, facts);
  }

  private static Panel mailbox(MailboxState mailbox) {
    boolean many = mailbox.files() > MANY_FILES;
    List<Fact> facts = new ArrayList<>();
    String files = DisplayText.count(mailbox.files());
    facts.add(new Fact("Files waiting", new Cell(files, many ? Level.WARN : Level.NONE)));
    facts.add(Fact.of("Calls since the start", DisplayText.count(mailbox.calls())));
    if (!mailbox.problem().isEmpty()) {
      facts.add(new Fact("Trouble", new Cell(mailbox.problem(), Level.BAD)));
      return Panel.of("mailbox", "Mailbox", Level.BAD, "calls wait", facts);
    }
    String word = many ? "catching up" : "ingested";
    return Panel.of("mailbox", "Mailbox", many ? Level.WARN : Level.GOOD, word, facts);
  }

  private static Panel losses(Map<String, Long> losses) {
    List<List<Cell>> rows = new ArrayList<>();
    long sum = 0;
    for (Map.Entry<String, Long> loss : losses.entrySet()) {
      if (loss.getValue() > 0) {
        sum += loss.getValue();
        rows.add(
            List.of(
                Cell.of(DisplayText.name(loss.getKey())),
                Cell.of(DisplayText.count(loss.getValue()))));
      }
    }
    String word = sum == 0 ? "none" : DisplayText.count(sum) + " lost";
    Level level = sum == 0 ? Level.GOOD : Level.BAD;
    String none = "Nothing was lost since the start.";
    return new Panel("losses", "Losses", level, word, List.of(), LOSSES, rows, none);
  }

  private static Panel decisions(DecisionState decisions) {
    List<Fact> facts = new ArrayList<>();
    List<List<Cell>> rows = new ArrayList<>();
    for (PendingRequest open : decisions.open().stream().limit(MOST_OPEN).toList()) {
      rows.add(
          List.of(
              Cell.of(open.rule()),
              Cell.of(DisplayText.name(open.operation())),
              Cell.of(DisplayText.name(open.object())),
              Cell.of(DisplayText.span(open.waited())),
              Cell.of(DisplayText.span(open.left())),
              Cell.of(open.enforced() ? "waits" : "is over, observed")));
    }
    if (decisions.rules() == 0) {
      String none = "No hook waits for a decision.";
      return new Panel("decisions", "Decisions", Level.NONE, "no rules", facts, OPEN, rows, none);
    }
    facts.add(Fact.of("Rules", DisplayText.count(decisions.rules())));
    decisions
        .made()
        .forEach((word, count) -> facts.add(Fact.of(said(word), DisplayText.count(count))));
    boolean open = decisions.failedOpen() > 0;
    String failed = DisplayText.count(decisions.failedOpen());
    facts.add(new Fact("Failed open", new Cell(failed, open ? Level.WARN : Level.NONE)));
    facts.add(Fact.of("Open now", DisplayText.count(decisions.open().size())));
    String none = "Nothing waits for a decision.";
    Level level = level(decisions);
    return new Panel("decisions", "Decisions", level, word(decisions), facts, OPEN, rows, none);
  }

  private static Level level(DecisionState decisions) {
    return decisions.enabled() && decisions.unreachable().isEmpty() ? Level.GOOD : Level.WARN;
  }

  private static String word(DecisionState decisions) {
    if (!decisions.enabled()) {
      return "switched off";
    }
    return decisions.unreachable().isEmpty()
        ? "gates are on"
        : "nobody to ask over " + String.join(", ", decisions.unreachable());
  }

  private static String said(String decision) {
    return switch (decision) {
      case "allow" -> "Allowed";
      case "veto" -> "Vetoed";
      default -> "Overtaken";
    };
  }

  private static Panel events(Snapshot now) {
    List<List<Cell>> rows = new ArrayList<>();
    for (EventSummary event : now.events()) {
      rows.add(
          List.of(
              Cell.of(DisplayText.time(event.time(), now.now())),
              Cell.of(DisplayText.type(event.type())),
              Cell.of(event.subject().isEmpty() ? "–" : DisplayText.name(event.subject())),
              Cell.of(Long.toString(event.sequence()))));
    }
    return new Panel(
        "events",
        "Last events",
        Level.NONE,
        "times in UTC",
        List.of(),
        EVENTS,
        rows,
        "No event since the start.");
  }
}
