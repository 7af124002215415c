package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** layout.sh makes the folders, and is safe where the agent's user may have been at work. */
class LayoutTest {
  private static final String WANTED =
      """
      etc/hookbridge root 755
      run/hookbridge root 711
      run/hookbridge/agent nobody 700
      var/lib/hookbridge root 755
      var/lib/hookbridge/gates.d nobody 700
      var/lib/hookbridge/mail root 755
      var/lib/hookbridge/mail/new nobody 700
      var/lib/hookbridge/spool nobody 700
      """;

  @TempDir Path folder;

  @Test
  void theFoldersOfAnInstallation() throws IOException {
    Needs.root();
    assertThat(layout()).isZero();
    assertThat(folders()).isEqualTo(WANTED);
  }

  @Test
  void aSecondRunRepairsAndKeeps() throws IOException {
    Needs.root();
    assertThat(layout()).isZero();
    Path call = Files.writeString(data().resolve("mail/new/x"), "kept");
    Run.tool("chown", "nobody", data().toString(), data().resolve("mail").toString());
    Files.setPosixFilePermissions(data(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(layout()).isZero();
    assertThat(folders()).isEqualTo(WANTED);
    assertThat(call).hasContent("kept");
    assertThat(Files.getOwner(call)).hasToString("root");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mail", "mail/new", "spool", "gates.d"})
  void aPlantedLinkIsRefused(String name) throws IOException {
    Needs.root();
    assertThat(layout()).isZero();
    Path victim = Files.createDirectory(folder.resolve("victim"));
    Path planted = name.isEmpty() ? data() : data().resolve(name);
    Run.tool("rm", "-r", planted.toString());
    Files.createSymbolicLink(planted, victim);
    assertThat(layout()).isOne();
    assertThat(Files.getOwner(victim)).hasToString("root");
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void aPlantedFileIsRefused() throws IOException {
    Needs.root();
    assertThat(layout()).isZero();
    Files.delete(data().resolve("spool"));
    Files.writeString(data().resolve("spool"), "a file");
    assertThat(layout()).isOne();
  }

  @Test
  void aTrialFolderIsAllTheCallers() throws IOException {
    new Trial(folder.resolve("t"));
    new Trial(folder.resolve("t"));
    String me = System.getProperty("user.name");
    assertThat(Run.tool("find", "" + folder.resolve("t"), "-printf", "%u %y\n").lines().distinct())
        .containsExactly(me + " d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nonsense", "--user", "--data-dir relative", "--trial"})
  void wrongUseSaysSo(String options) throws IOException {
    Needs.root();
    Process process = start(options.split(" "));
    assertThat(exit(process)).isEqualTo(2);
    assertThat(process.getErrorStream().readAllBytes()).asString().startsWith("layout.sh: ");
  }

  @Test
  void helpTellsEveryOption() throws IOException {
    assertThat(Run.tool("sh", Shim.layout().toString(), "--help"))
        .contains("--user", "--no-user", "--root", "--data-dir", "--trial");
  }

  private Path data() {
    return folder.resolve("var/lib/hookbridge");
  }

  private int layout() throws IOException {
    return exit(start("--root", folder.toString(), "--user", "nobody", "--no-user"));
  }

  private static Process start(String... options) throws IOException {
    String[] command = new String[2 + options.length];
    command[0] = "sh";
    command[1] = Shim.layout().toString();
    System.arraycopy(options, 0, command, 2, options.length);
    return new ProcessBuilder(command).start();
  }

  private static int exit(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private String folders() throws IOException {
    return Run.tool("find", "" + folder, "-type", "d", "-printf", "%P %u %m\n")
        .lines()
        .filter(line -> line.contains("hookbridge"))
        .sorted()
        .map(line -> line + "\n")
        .reduce("", String::concat);
  }
}
