package dev.hookbridge.hooks;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A folder of hooks on a machine that a test makes up, and two releases of the real hook. */
final class Place {
  static final String VERSION = "9.0.0";

  final Path hooks;
  final Path hook;
  final Path older;
  final HostFiles machine;
  final RecordedSelinux selinux = new RecordedSelinux();

  Place(Path folder) throws IOException {
    this(folder, folder.resolve("etc/libvirt/hooks"));
  }

  Place(Path folder, Path hooks) throws IOException {
    this.hooks = hooks;
    this.machine = new HostFiles(folder.resolve("machine"), selinux);
    this.hook = folder.resolve("hookbridge-hook");
    this.older = folder.resolve("hookbridge-hook-older");
    Files.createDirectories(hooks);
    Files.createDirectories(machine.root().resolve("proc"));
    String built = Objects.requireNonNull(System.getenv("HOOKBRIDGE_SHIM"), "set by the build");
    Path shim = Path.of(built, "hookbridge-hook");
    Needs.that(Files.exists(shim), "there is no shim: install musl-tools or gcc");
    Files.copy(shim, hook);
    String bytes = Files.readString(shim, StandardCharsets.ISO_8859_1);
    String version = Hook.in(shim).orElseThrow().version();
    String other = version.replaceFirst("\\d", "9");
    Files.writeString(older, bytes.replace(version, other), StandardCharsets.ISO_8859_1);
    Files.setPosixFilePermissions(older, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Installation of(Path hook, String version) throws HooksException, IOException {
    return Installation.of(hooks, hook, version, List.of(), machine, step -> {});
  }

  Installation of(Path hook, Consumer<CrashPoint> steps) throws HooksException, IOException {
    return Installation.of(hooks, hook, VERSION, List.of(), machine, steps);
  }

  List<SlotChange> install(Driver... drivers) throws HooksException, IOException {
    return of(hook, VERSION).install(List.of(drivers), false);
  }

  List<SlotChange> installOlder(Driver... drivers) throws HooksException, IOException {
    return of(older, VERSION).install(List.of(drivers), false);
  }

  List<SlotChange> remove(Driver... drivers) throws HooksException, IOException {
    return of(hook, VERSION).remove(List.of(drivers), false);
  }

  /** Somebody's script. */
  Path script(String name, String text) throws IOException {
    Path file = hooks.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** Every file below {@code hooks/} with mode, inode and content: what must not change. */
  Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(hooks)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        files.put(
            hooks.relativize(file).toString(),
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                + " "
                + Files.getAttribute(file, "unix:ino")
                + " "
                + content.hashCode());
      }
    }
    return files;
  }

  /** Fails when something that libvirt would run for a driver is not a hook that works. */
  int prove() throws HooksException, IOException {
    int proved = 0;
    for (Driver driver : Driver.values()) {
      for (Path file : new HookSlots(hooks, driver).all()) {
        if (HookSlots.runs(file)) {
          Hook.prove(file, List.of());
          proved++;
        }
      }
    }
    return proved;
  }
}
