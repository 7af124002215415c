package dev.hookbridge.doctor;

import dev.hookbridge.config.HostPaths;
import dev.hookbridge.hooks.Driver;
import dev.hookbridge.hooks.HooksException;
import dev.hookbridge.hooks.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that select the slots for a command. */
public final class HooksTarget {
  @Option(
      names = "--drivers",
      split = ",",
      paramLabel = "DRIVER",
      converter = Word.class,
      description = "daemon, qemu, lxc, libxl, bhyve, network; default: all of them.")
  @Nullable List<Driver> named;

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      defaultValue = "/etc/libvirt/hooks",
      description = "Where libvirt looks for scripts; default: ${DEFAULT-VALUE}.")
  public Path dir = Path.of("/etc/libvirt/hooks");

  @Option(
      names = "--libvirt",
      paramLabel = "VERSION",
      description = "libvirt's version; default: what the installed daemon says.")
  @Nullable String libvirt;

  /** Returns the selected drivers, or all by default. */
  public List<Driver> drivers() {
    return named == null ? List.of(Driver.values()) : named.stream().distinct().toList();
  }

  /** Returns the installation in the selected folder. */
  public Installation installation() throws HooksException, IOException {
    Path home = Path.of(System.getProperty("hookbridge.home", "")).toAbsolutePath();
    // libvirt's environment names no trial.
    HostPaths host = HostPaths.resolve(Map.of("USER", "root"));
    List<Path> folders = List.of(host.mail().resolve("new"), host.gates(), host.run());
    return Installation.of(
        dir,
        home.resolve("libexec/hookbridge-hook"),
        libvirt,
        folders.stream().filter(Files::isDirectory).toList());
  }

  /** Parses libvirt's name of a driver. */
  static final class Word implements ITypeConverter<Driver> {
    @Override
    public Driver convert(String word) {
      return Driver.of(word)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + word
                          + "' is not a driver; choose from "
                          + Arrays.stream(Driver.values())
                              .map(Driver::word)
                              .collect(Collectors.joining(", "))));
    }
  }
}
