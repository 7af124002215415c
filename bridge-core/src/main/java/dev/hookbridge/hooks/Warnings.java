package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds files in a driver's slots that do not work as their owner expects. */
final class Warnings {
  private static final int LARGEST = 1 << 20;

  /** Names that editors and package managers leave behind. libvirt runs these files too. */
  private static final Pattern LEFT =
      Pattern.compile(
          "\\..*|.*(~|\\.(bak|backup|disabled|dpkg-\\w+|off|old|orig|rpmnew|rpmorig|rpmsave|save"
              + "|sample|swp|ucf-\\w+))");

  /** Pattern of a script that runs the files in its driver's folder itself. */
  private static final Pattern DISPATCHER =
      Pattern.compile("(qemu|lxc|libxl|bhyve|network|daemon|\\$\\{?\\w+}?)\\.d\\b");

  private final HookSlots slots;
  private final List<String> found = new ArrayList<>();

  private Warnings(HookSlots slots) {
    this.slots = slots;
  }

  /**
   * Returns one sentence for each problem.
   *
   * @param folders whether this libvirt looks into {@code <driver>.d}
   */
  static List<String> of(HookSlots slots, boolean folders) throws IOException {
    Warnings warnings = new Warnings(slots);
    for (Path file : slots.all()) {
      warnings.look(file, folders);
    }
    if (slots.ours().size() > 1) {
      warnings.found.add(
          "there is more than one hook of hookbridge: each makes an event of a call");
    }
    return warnings.found;
  }

  private void look(Path file, boolean folders) throws IOException {
    boolean main = file.equals(slots.main());
    if (!main && !folders) {
      found.add(file + " is not run: libvirt looks into " + slots.folder() + " since 6.5");
    } else if (!Files.isRegularFile(file)) {
      found.add(file + " is not run: it is not a file");
    } else if (!HookSlots.runs(file)) {
      found.add(file + " is not run: it has no x bit");
    } else {
      running(file, main, folders);
    }
  }

  private void running(Path file, boolean main, boolean folders) throws IOException {
    if (!main && LEFT.matcher(String.valueOf(file.getFileName())).matches()) {
      found.add(file + " is run too: libvirt runs whatever is executable, by any name");
    }
    if (main && folders && dispatches(file)) {
      found.add(
          file + " seems to run " + slots.folder() + " itself, as libvirt does: calls come twice");
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (mode.contains(PosixFilePermission.OTHERS_WRITE)
        || mode.contains(PosixFilePermission.GROUP_WRITE)
        || !owned(file)) {
      found.add(file + " can be changed by others than the daemon's user, who runs it");
    }
  }

  private static boolean owned(Path file) throws IOException {
    Object owner = Files.getAttribute(file, "unix:uid");
    return owner.equals(0)
        || Objects.equals(owner, Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  private static boolean dispatches(Path file) throws IOException {
    if (Files.size(file) > LARGEST || Hook.in(file).isPresent()) {
      return false;
    }
    String script = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    return script.startsWith("#!") && DISPATCHER.matcher(script).find();
  }
}
