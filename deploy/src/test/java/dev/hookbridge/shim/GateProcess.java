package dev.hookbridge.shim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent in a process of its own, which can belong to another user and be stopped. It needs this
 * class alone: {@code GateProcess FOLDER ANSWER} stamps {@code alive} and gives every call the
 * answer that is in a file.
 */
final class GateProcess {
  private GateProcess() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    byte[] answer = Files.readAllBytes(Path.of(args[1]));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        FileChannel alive =
            FileChannel.open(
                folder.resolve("alive"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      server.bind(UnixDomainSocketAddress.of(folder.resolve("gate.sock")), 1024);
      server.configureBlocking(false);
      for (boolean ready = false; ; ready = true) {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
        byte[] stamp = String.format("%020d", (long) (seconds * 1e9)).getBytes();
        alive.write(ByteBuffer.wrap(stamp), 0); // in place: it is never caught empty
        if (!ready) {
          System.out.println("ready");
        }
        SocketChannel channel = server.accept();
        if (channel == null) {
          LockSupport.parkNanos(5_000_000);
        } else {
          serve(channel, answer);
        }
      }
    }
  }

  private static void serve(SocketChannel channel, byte[] answer) throws IOException {
    try (channel) {
      ByteArrayOutputStream ask = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      while (channel.read(buffer.clear()) >= 0) {
        ask.write(buffer.array(), 0, buffer.position());
      }
      channel.write(ByteBuffer.wrap(answer));
    } catch (IOException e) {
      System.out.println(e); // the shim hung up
    }
  }

  /** Starts one as another user, with a copy of this class where he can read it. */
  static Process start(Path classes, Path gates, byte[] answer, int uid) throws IOException {
    String name = GateProcess.class.getName().replace('.', '/') + ".class";
    Path copy = classes.resolve(name);
    Files.createDirectories(copy.getParent());
    try (InputStream original = GateProcess.class.getResourceAsStream("/" + name)) {
      Files.write(copy, original.readAllBytes());
    }
    Path said = Files.write(classes.resolve("answer"), answer);
    List<String> command = new ArrayList<>();
    if (uid != 0) {
      Run.tool("chmod", "-R", "a+rX", classes.toString());
      command.addAll(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes.toString(),
            GateProcess.class.getName(),
            gates.toString(),
            said.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    if (process.getInputStream().read() != 'r') {
      throw new IOException("it did not become ready");
    }
    return process;
  }
}
