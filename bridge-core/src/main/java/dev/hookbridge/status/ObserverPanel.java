package dev.hookbridge.status;

import dev.hookbridge.observer.LinkState;
import dev.hookbridge.status.Panel.Cell;
import dev.hookbridge.status.Panel.Column;
import dev.hookbridge.status.Panel.Level;
import java.util.ArrayList;
import java.util.List;

/** Makes the box about the observation of libvirt. */
final class ObserverPanel {
  private static final List<Column> COLUMNS =
      List.of(Column.text("Driver"), Column.text("State"), Column.number("Guests"));

  private ObserverPanel() {}

  static Panel of(List<LinkState> links) {
    List<List<Cell>> rows = new ArrayList<>();
    int away = 0;
    for (LinkState link : links) {
      away += link.connected() ? 0 : 1;
      String state = link.connected() ? "listening" : "not connected";
      Level level = link.connected() && link.problem().isEmpty() ? Level.GOOD : Level.WARN;
      rows.add(
          List.of(
              Cell.of(link.driver()),
              new Cell(link.problem().isEmpty() ? state : state + ", " + link.problem(), level),
              Cell.of(link.driver().equals("network") ? "–" : DisplayText.count(link.guests()))));
    }
    Level level = away > 0 ? Level.WARN : links.isEmpty() ? Level.NONE : Level.GOOD;
    String word = away > 0 ? away + " of " + links.size() + " not heard" : "all heard";
    String none = "No libvirt is observed on this host.";
    return new Panel(
        "libvirt",
        "libvirt",
        level,
        links.isEmpty() ? "not observed" : word,
        List.of(),
        COLUMNS,
        rows,
        none);
  }
}
