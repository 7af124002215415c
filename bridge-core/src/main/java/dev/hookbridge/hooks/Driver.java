package dev.hookbridge.hooks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The libvirt drivers that run hooks. Each has a script slot of its name below {@code hooks/}. */
public enum Driver {
  DAEMON(""),
  QEMU("virtqemud"),
  LXC("virtlxcd"),
  LIBXL("virtxend"),
  BHYVE("virtbhyved"),
  NETWORK("virtnetworkd");

  /** The monolithic daemon that contains all drivers. */
  static final String MONOLITHIC = "libvirtd";

  /** All daemons of libvirt. Each one runs the hook {@code daemon} for itself. */
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

  /** Returns the name in paths and commands. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the driver with this name, if there is one. */
  public static Optional<Driver> of(String word) {
    return Arrays.stream(values()).filter(driver -> driver.word().equals(word)).findFirst();
  }

  /** Returns whether a daemon of this name runs this driver's hooks. */
  boolean runsIn(String daemon) {
    return this == DAEMON || daemon.equals(MONOLITHIC) || daemon.equals(modular);
  }
}
