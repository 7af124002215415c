package dev.hookbridge.status;

import dev.hookbridge.decision.Pending;
import dev.hookbridge.status.Box.Cell;
import dev.hookbridge.status.Box.Column;
import dev.hookbridge.status.Box.Fact;
import dev.hookbridge.status.Box.Level;
import dev.hookbridge.status.Snapshot.DecisionState;
import dev.hookbridge.status.Snapshot.MailboxState;
import dev.hookbridge.status.Snapshot.SinkState;
import dev.hookbridge.status.Snapshot.SpoolState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes words of a snapshot: the only place that judges what is well. */
final class Boxes {
  /** As many files as a burst leaves for a moment; as the alert has it. */
  static final long MANY_FILES = 1_000;

  /** Of the limit, as the alert has it. */
  static final double NEARLY_FULL = 0.8;

  /** An age at which a connected sink is worth a look, in seconds, as the alert has it. */
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

  private Boxes() {}

  /** All boxes, in the order of the page; the first is its head. */
  static List<Box> of(Snapshot now) {
    List<Box> boxes = new ArrayList<>();
    boxes.add(sinks(now.sinks()));
    boxes.add(spool(now.spool(), now.sinks()));
    boxes.add(mailbox(now.mailbox()));
    boxes.add(losses(now.losses()));
    boxes.add(decisions(now.decisions()));
    boxes.add(events(now));
    boxes.add(0, top(now, boxes));
    return boxes;
  }

  private static Box top(Snapshot now, List<Box> boxes) {
    Level worst = Level.GOOD;
    List<String> notWell = new ArrayList<>();
    for (Box box : boxes) {
      worst = worst.worse(box.level());
      if (box.level().compareTo(Level.GOOD) > 0) {
        notWell.add(box.title().toLowerCase(java.util.Locale.ROOT));
      }
    }
    String word = notWell.isEmpty() ? "all well" : "look at " + String.join(", ", notWell);
    return Box.of(
        "top",
        now.host(),
        worst,
        word,
        List.of(
            Fact.of("hookbridge", now.version()),
            Fact.of("up", Words.span(now.up())),
            Fact.of("as of", Words.clock(now.now()))));
  }

  private static Box sinks(List<SinkState> sinks) {
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
              Cell.of(Words.count(sink.waiting())),
              new Cell(sink.waiting() == 0 ? "–" : Words.span(sink.oldest()), age(sink)),
              new Cell(Words.count(sink.dead()), sink.dead() > 0 ? Level.WARN : Level.NONE)));
    }
    String word = away > 0 ? away + " of " + sinks.size() + " not connected" : "all connected";
    if (away == 0 && troubled > 0) {
      word = troubled + " of " + sinks.size() + " to be looked at";
    }
    return new Box("sinks", "Sinks", worst, word, List.of(), SINKS, rows, "");
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

  private static Box spool(SpoolState spool, List<SinkState> sinks) {
    double share = (double) spool.bytes() / spool.limit();
    boolean filling = share > NEARLY_FULL;
    double oldest = sinks.stream().mapToDouble(SinkState::oldest).max().orElse(0);
    List<Fact> facts = new ArrayList<>();
    facts.add(Fact.of("Events held", Words.count(spool.events())));
    String size = Words.bytes(spool.bytes()) + " of " + Words.bytes(spool.limit());
    facts.add(new Fact("On disk", new Cell(size, filling ? Level.WARN : Level.NONE)));
    facts.add(Fact.of("Oldest", spool.events() == 0 ? "–" : Words.span(oldest)));
    facts.add(Fact.of("Last number", Words.count(spool.last())));
    facts.add(Fact.of("Epoch", spool.epoch()));
    if (!spool.problem().isEmpty()) {
      facts.add(new Fact("Trouble", new Cell(spool.problem(), Level.BAD)));
      return Box.of("spool", "Spool", Level.BAD, "cannot store", facts);
    }
    String word = filling ? "nearly full" : "stores";
    return Box.of("spool", "Spool", filling ? Level.WARN : Level.GOOD, word, facts);
  }

  private static Box mailbox(MailboxState mailbox) {
    boolean many = mailbox.files() > MANY_FILES;
    List<Fact> facts = new ArrayList<>();
    String files = Words.count(mailbox.files());
    facts.add(new Fact("Files waiting", new Cell(files, many ? Level.WARN : Level.NONE)));
    facts.add(Fact.of("Calls since the start", Words.count(mailbox.calls())));
    if (!mailbox.problem().isEmpty()) {
      facts.add(new Fact("Trouble", new Cell(mailbox.problem(), Level.BAD)));
      return Box.of("mailbox", "Mailbox", Level.BAD, "calls wait", facts);
    }
    String word = many ? "catching up" : "taken in";
    return Box.of("mailbox", "Mailbox", many ? Level.WARN : Level.GOOD, word, facts);
  }

  private static Box losses(Map<String, Long> losses) {
    List<List<Cell>> rows = new ArrayList<>();
    long sum = 0;
    for (Map.Entry<String, Long> loss : losses.entrySet()) {
      if (loss.getValue() > 0) {
        sum += loss.getValue();
        rows.add(
            List.of(Cell.of(Words.name(loss.getKey())), Cell.of(Words.count(loss.getValue()))));
      }
    }
    String word = sum == 0 ? "none" : Words.count(sum) + " lost";
    Level level = sum == 0 ? Level.GOOD : Level.BAD;
    String none = "Nothing was lost since the start.";
    return new Box("losses", "Losses", level, word, List.of(), LOSSES, rows, none);
  }

  private static Box decisions(DecisionState decisions) {
    List<Fact> facts = new ArrayList<>();
    List<List<Cell>> rows = new ArrayList<>();
    for (Pending open : decisions.open().stream().limit(MOST_OPEN).toList()) {
      rows.add(
          List.of(
              Cell.of(open.rule()),
              Cell.of(Words.name(open.operation())),
              Cell.of(Words.name(open.object())),
              Cell.of(Words.span(open.waited())),
              Cell.of(Words.span(open.left())),
              Cell.of(open.enforced() ? "waits" : "is over, observed")));
    }
    if (decisions.rules() == 0) {
      String none = "No hook waits for a decision.";
      return new Box("decisions", "Decisions", Level.NONE, "no rules", facts, OPEN, rows, none);
    }
    facts.add(Fact.of("Rules", Words.count(decisions.rules())));
    decisions.made().forEach((word, count) -> facts.add(Fact.of(said(word), Words.count(count))));
    boolean open = decisions.failedOpen() > 0;
    String failed = Words.count(decisions.failedOpen());
    facts.add(new Fact("Failed open", new Cell(failed, open ? Level.WARN : Level.NONE)));
    facts.add(Fact.of("Open now", Words.count(decisions.open().size())));
    String none = "Nothing waits for a decision.";
    Level level = level(decisions);
    return new Box("decisions", "Decisions", level, word(decisions), facts, OPEN, rows, none);
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

  private static Box events(Snapshot now) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Seen event : now.events()) {
      rows.add(
          List.of(
              Cell.of(Words.time(event.time(), now.now())),
              Cell.of(Words.type(event.type())),
              Cell.of(event.subject().isEmpty() ? "–" : Words.name(event.subject())),
              Cell.of(Long.toString(event.sequence()))));
    }
    return new Box(
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
