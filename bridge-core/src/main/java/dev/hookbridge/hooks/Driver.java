package dev.hookbridge.hooks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What libvirt runs hooks for; each has a script slot of its name below {@code hooks/}. */
public enum Driver {
  DAEMON(""),
  QEMU("virtqemud"),
  LXC("virtlxcd"),
  LIBXL("virtxend"),
  BHYVE("virtbhyved"),
  NETWORK("virtnetworkd");

  /** The daemon of old that holds all drivers. */
  static final String MONOLITHIC = "libvirtd";

  /** Every one of them runs the hook {@code daemon} for itself. */
  static final Set<String> DAEMONS =
      Set.of(
          MONOLITHIC,
          "virtqemud",
          "virtlxcd",
          "virtxend",
          "virtbhyved",
          "virtnetworkd",
          "virtinterfaced",
          "virtnodedevd",
          "virtnwfilterd",
          "virtsecretd",
          "virtstoraged",
          "virtvboxd",
          "virtvzd",
          "virtchd",
          "virtproxyd");

  private final String modular;

  Driver(String modular) {
    this.modular = modular;
  }

  /** The word in paths and commands. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The driver of a word, if it is one. */
  public static Optional<Driver> of(String word) {
    return Arrays.stream(values()).filter(driver -> driver.word().equals(word)).findFirst();
  }

  /** Whether a daemon of this name runs this driver's hooks. */
  boolean runsIn(String daemon) {
    return this == DAEMON || daemon.equals(MONOLITHIC) || daemon.equals(modular);
  }
}
