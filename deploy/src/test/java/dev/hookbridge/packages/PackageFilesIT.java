package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the packages, without installing any. */
class PackageFilesIT {
  @Test
  void bothKindsHoldTheSameFilesAndNoneIsAHook() throws Exception {
    Needs.command("dpkg-deb");
    Needs.command("rpm");
    List<String> deb =
        said("dpkg-deb", "-c", Built.deb().toString())
            .lines()
            .filter(line -> !line.startsWith("d"))
            .map(line -> line.replaceFirst("^\\S+ \\S+ +\\S+ \\S+ \\S+ \\.", ""))
            .map(line -> line.replaceFirst(" -> .*", ""))
            .sorted()
            .toList();
    List<String> rpm =
        said("rpm", "-qlvp", Built.rpm().toString())
            .lines()
            .filter(line -> !line.startsWith("d"))
            .map(line -> line.replaceFirst("^[^/]*/", "/").replaceFirst(" -> .*", ""))
            .sorted()
            .toList();
    assertThat(deb).hasSizeGreaterThan(60).isEqualTo(rpm);
    assertThat(deb)
        .noneMatch(file -> file.contains("/hooks/") || file.contains(".jsa"))
        .contains(
            "/usr/bin/hookbridge",
            "/usr/libexec/hookbridge/hookbridge-hook",
            "/usr/libexec/hookbridge/hookbridge-relay",
            "/usr/libexec/hookbridge/hooks.sh",
            "/usr/lib/systemd/system/hookbridge.service",
            "/usr/lib/systemd/system/hookbridge-archive.service",
            "/usr/lib/systemd/system/libvirtd.service.d/50-hookbridge.conf",
            "/usr/lib/systemd/system/virtqemud.service.d/50-hookbridge.conf",
            "/usr/lib/systemd/system/virtsecretd.service.d/50-hookbridge.conf",
            "/etc/hookbridge/hookbridge.yaml",
            "/usr/share/doc/hookbridge/README.md",
            "/usr/share/doc/hookbridge/SECURITY.md",
            "/usr/share/doc/hookbridge/docs/custom-sinks.md",
            "/usr/share/doc/hookbridge/examples/hookbridge.yaml",
            "/usr/share/doc/hookbridge/examples/memory-per-tenant.py",
            "/usr/share/man/man5/hookbridge.yaml.5.gz",
            "/usr/share/man/man8/hookbridge-hooks-install.8.gz");
  }

  /** A host without a network has what its own events and alerts point to. */
  @Test
  void namesInEventsAndAlertsAreInThePackage(@TempDir Path folder) throws Exception {
    said("dpkg-deb", "-x", Built.deb().toString(), folder.toString());
    for (String dated :
        Files.readString(Repository.file("docs/events.md")).split("\"dataschema\": ")) {
      if (dated.startsWith("\"https://hookbridge.dev/schema/")) {
        String name = dated.substring(dated.indexOf("schema/") + 7, dated.indexOf('"', 1));
        assertThat(folder.resolve("usr/share/hookbridge/schema").resolve(name)).exists();
      }
    }
    try (Stream<Path> schemas = Files.list(Repository.file("docs/schema"))) {
      assertThat(schemas.map(schema -> schema.getFileName().toString()))
          .allSatisfy(
              name ->
                  assertThat(folder.resolve("usr/share/hookbridge/schema").resolve(name)).exists());
    }
    String alerts = Files.readString(folder.resolve("usr/share/hookbridge/prometheus/alerts.yaml"));
    List<String> links =
        Pattern.compile("runbook_url: file://(\\S+)")
            .matcher(alerts)
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(links).hasSizeGreaterThan(20);
    for (String link : links) {
      String[] parts = link.split("#", 2);
      assertThat(Files.readString(folder.resolve(parts[0].substring(1))).toLowerCase(Locale.ROOT))
          .contains("\n### " + parts[1] + "\n");
    }
  }

  @Test
  void aSnapshotSortsBeforeItsRelease() throws Exception {
    Needs.command("rpm");
    String version = said("dpkg-deb", "-f", Built.deb().toString(), "Version").strip();
    String release = version.replaceFirst("~.*", "");
    assertThat(said("dpkg", "--compare-versions", version, "le", release)).isEmpty();
    assertThat(said("dpkg", "--compare-versions", version, "gt", "0.0.9")).isEmpty();
    String rpm = said("rpm", "-qp", "--qf", "%{version}-%{release}", Built.rpm().toString());
    assertThat(said("rpm", "-K", Built.rpm().toString())).contains("digests OK");
    assertThat(
            said("rpm", "--eval", "%{lua:print(rpm.vercmp('" + rpm + "', '" + release + "-1'))}"))
        .isIn("-1\n", "0\n");
  }

  @Test
  void theRuntimeIsWantedUnlessThereIsAnotherJava() throws Exception {
    Needs.command("rpm");
    assertThat(said("dpkg-deb", "-f", Built.deb().toString(), "Depends"))
        .startsWith("hookbridge-runtime | ")
        .contains(" | java-runtime-headless (>= 17),"); // Debian's Java 25 provides nothing else
    assertThat(said("rpm", "-qp", "--requires", Built.rpm().toString()))
        .contains("(hookbridge-runtime or java-headless >= 1:17)\n");
    assertThat(said("dpkg-deb", "-c", Built.runtimeDeb().toString()))
        .contains(" ./usr/lib/hookbridge/runtime/bin/java\n")
        .contains("-rwxr-xr-x root/root");
    assertThat(said("rpm", "-qlp", Built.runtimeRpm().toString()))
        .contains("/usr/lib/hookbridge/runtime/lib/modules\n");
  }

  @Test
  void manualPagesAndCompletionAreSound(@TempDir Path folder) throws Exception {
    Needs.command("man");
    said("dpkg-deb", "-x", Built.deb().toString(), folder.toString());
    Path share = folder.resolve("usr/share");
    try (Stream<Path> pages = Files.walk(share.resolve("man"))) {
      for (Path page : pages.filter(Files::isRegularFile).toList()) {
        ProcessBuilder man = new ProcessBuilder("man", "--warnings", "-l", page.toString());
        man.environment().put("MANWIDTH", "80");
        man.environment().put("LC_ALL", "C.UTF-8");
        Path warnings = Files.createTempFile(folder, "man", "");
        man.redirectError(warnings.toFile()).redirectOutput(folder.resolve("page").toFile());
        assertThat(man.start().waitFor()).isZero();
        assertThat(Files.readString(warnings)).as("%s", page).isEmpty();
        assertThat(Files.readString(folder.resolve("page")))
            .contains(
                page.getFileName().toString().endsWith(".8.gz")
                    ? List.of("NAME", "SYNOPSIS", "OPTIONS", "--help")
                    : List.of("NAME", "EXAMPLE", "bootstrap.servers", "drain-timeout", "confirm"));
      }
    }
    String complete =
        "source '"
            + share.resolve("bash-completion/completions/hookbridge")
            + "'; COMP_WORDS=(hookbridge hooks ins); COMP_CWORD=2; COMP_LINE='hookbridge hooks ins';"
            + " COMP_POINT=20; _complete_hookbridge; echo \"${COMPREPLY[@]}\"";
    assertThat(said("bash", "-c", complete)).isEqualTo("install\n");
  }

  @Test
  void theArchiveRunsWhereItIsUnpacked(@TempDir Path folder) throws Exception {
    said("tar", "-C", folder.toString(), "-xf", Built.archive().toString());
    try (Stream<Path> unpacked = Files.list(folder)) {
      Path home = unpacked.findFirst().orElseThrow();
      assertThat(said(home.resolve("bin/hookbridge").toString(), "--version"))
          .startsWith("hookbridge ");
      assertThat(home.resolve("libexec/layout.sh")).isExecutable();
    }
  }

  private static String said(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", Arrays.toString(command), text).isZero();
    return text;
  }
}
