package dev.hookbridge.it.libvirt;

import dev.hookbridge.harness.libvirt.Hypervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A script in front of ours in every slot that writes down each call of libvirt: the truth that the
 * brokers' events are compared with.
 */
public final class Witness {
  private static final List<String> DRIVERS = List.of("daemon", "qemu", "lxc", "network");
  private final Path log;

  public Witness(Hypervisor hypervisor) throws IOException {
    log = hypervisor.folder.resolve("witness.log");
    for (String driver : DRIVERS) {
      Path script = hypervisor.at("/etc/libvirt/hooks/" + driver + ".d/10-witness");
      Files.createDirectories(script.getParent());
      String line = driver + " $1 $2 $3";
      Files.writeString(script, "#!/bin/sh\necho \"" + line + "\" >>'" + log + "'\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  /** By driver and object the operations, in the order of the calls. */
  public Map<String, List<String>> calls() throws IOException {
    Map<String, List<String>> calls = new LinkedHashMap<>();
    for (String line : Files.exists(log) ? Files.readAllLines(log) : List.<String>of()) {
      String[] words = line.split(" ", -1);
      calls
          .computeIfAbsent(words[0] + " " + words[1], key -> new ArrayList<>())
          .add(words[2] + " " + words[3]);
    }
    return calls;
  }

  public int count() throws IOException {
    return calls().values().stream().mapToInt(List::size).sum();
  }
}
