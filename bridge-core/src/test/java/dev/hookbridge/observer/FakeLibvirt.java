package dev.hookbridge.observer;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A daemon on a Unix socket that speaks as libvirtd does, as far as the observer asks. */
public final class FakeLibvirt implements AutoCloseable {
  public static final int REMOTE = 0x20008086;
  public static final int KEEPALIVE = 0x6b656570;
  public static final int LIFECYCLE = 318;

  /** What it does instead of an answer to a procedure. */
  public interface Answer {
    void to(FakeLibvirt daemon, int serial) throws IOException;
  }

  /** A guest that it lists. */
  public record Domain(String name, int id, int state, int reason, boolean persistent) {
    public String uuid() {
      return FakeLibvirt.uuid(name);
    }
  }

  private final Path socket;
  private final ServerSocketChannel server;
  private volatile SocketChannel client;
  public final Map<Integer, Answer> answers = new ConcurrentHashMap<>();
  public final Map<String, Domain> domains = new LinkedHashMap<>();
  public final List<Integer> called = new CopyOnWriteArrayList<>();

  public FakeLibvirt(Path socket) throws IOException {
    this.socket = socket;
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread thread = new Thread(this::serve, "fake-libvirt");
    thread.setDaemon(true);
    thread.start();
  }

  public static String uuid(String name) {
    String hex = String.format("%032x", name.hashCode() & 0xffffffffL);
    return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel one = server.accept()) {
        client = one;
        DataInputStream in = new DataInputStream(Channels.newInputStream(one));
        while (true) {
          read(in);
        }
      } catch (EOFException e) {
        // the agent has gone; the next one comes
      } catch (IOException e) {
        // closed by the test, or by the agent
      }
    }
  }

  private void read(DataInputStream in) throws IOException {
    int length = in.readInt();
    int program = in.readInt();
    in.readInt();
    int procedure = in.readInt();
    in.readInt();
    int serial = in.readInt();
    in.readInt();
    byte[] body = in.readNBytes(length - 28);
    called.add(program == KEEPALIVE ? -procedure : procedure);
    if (program != KEEPALIVE) {
      Answer answer = answers.get(procedure);
      if (answer != null) {
        answer.to(this, serial);
      } else {
        answer(procedure, serial, new DataInputStream(new java.io.ByteArrayInputStream(body)));
      }
    }
  }

  private void answer(int procedure, int serial, DataInputStream body) throws IOException {
    switch (procedure) {
      case 66 -> reply(procedure, serial, new Xdr().number(1).number(0)); // no authentication
      case 273 -> list(serial, body);
      case 212 -> state(serial, body);
      case 24 -> lookUp(serial, body);
      case 151 -> reply(procedure, serial, new Xdr().number(domain(body).persistent() ? 1 : 0));
      default -> reply(procedure, serial, new Xdr().number(1));
    }
  }

  private synchronized void list(int serial, DataInputStream body) throws IOException {
    body.readInt();
    int flags = body.readInt();
    Xdr xdr = new Xdr();
    List<Domain> wanted =
        domains.values().stream()
            .filter(d -> flags == 0 || (flags == 4 && d.persistent()))
            .toList();
    xdr.number(wanted.size());
    wanted.forEach(d -> xdr.domain(d.name(), d.id()));
    reply(273, serial, xdr.number(wanted.size()));
  }

  private Domain domain(DataInputStream body) throws IOException {
    int length = body.readInt();
    byte[] name = body.readNBytes(length);
    synchronized (this) {
      return domains.get(new String(name, StandardCharsets.UTF_8));
    }
  }

  private void state(int serial, DataInputStream body) throws IOException {
    Domain domain = domain(body);
    if (domain == null) {
      error(212, serial, 42, "Domain not found");
    } else {
      reply(212, serial, new Xdr().number(domain.state()).number(domain.reason()));
    }
  }

  private synchronized void lookUp(int serial, DataInputStream body) throws IOException {
    String hex = java.util.HexFormat.of().formatHex(body.readNBytes(16));
    for (Domain domain : domains.values()) {
      if (domain.uuid().replace("-", "").equals(hex)) {
        reply(24, serial, new Xdr().domain(domain.name(), domain.id()));
        return;
      }
    }
    error(24, serial, 42, "Domain not found");
  }

  public synchronized void put(Domain domain) {
    domains.put(domain.name(), domain);
  }

  public void running(String name, int id) {
    put(new Domain(name, id, 1, 1, true));
  }

  public void reply(int procedure, int serial, Xdr body) throws IOException {
    send(message(REMOTE, procedure, 1, serial, 0, body.bytes()));
  }

  public void error(int procedure, int serial, int code, String text) throws IOException {
    Xdr body = new Xdr().number(code).number(0).number(1).string(text).number(2);
    send(message(REMOTE, procedure, 1, serial, 1, body.bytes()));
  }

  /** Sends an event to the agent. */
  public void event(int procedure, Xdr body) throws IOException {
    send(message(REMOTE, procedure, 2, 0, 0, body.bytes()));
  }

  public void lifecycle(String name, int id, int event, int detail) throws IOException {
    event(LIFECYCLE, new Xdr().number(7).domain(name, id).number(event).number(detail));
  }

  public static byte[] message(
      int program, int procedure, int type, int serial, int status, byte[] body)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (int word : new int[] {28 + body.length, program, 1, procedure, type, serial, status}) {
      out.writeInt(word);
    }
    out.write(body);
    return bytes.toByteArray();
  }

  /** Sends bytes, of a message or not. */
  public synchronized void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      client.write(buffer);
    }
  }

  /** Closes the connection, as a daemon that dies. */
  public void hangUp() throws IOException {
    client.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    SocketChannel open = client;
    if (open != null) {
      open.close();
    }
    Files.deleteIfExists(socket);
  }

  /** Writes XDR. */
  public static final class Xdr {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    public Xdr number(int value) {
      body.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
      return this;
    }

    public Xdr hyper(long value) {
      body.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
      return this;
    }

    public Xdr string(String text) {
      return string(text.getBytes(StandardCharsets.UTF_8));
    }

    public Xdr string(byte[] bytes) {
      number(bytes.length);
      body.writeBytes(bytes);
      body.writeBytes(new byte[-bytes.length & 3]);
      return this;
    }

    public Xdr domain(String name, int id) {
      string(name);
      body.writeBytes(java.util.HexFormat.of().parseHex(uuid(name).replace("-", "")));
      return number(id);
    }

    public Xdr network(String name) {
      string(name);
      body.writeBytes(java.util.HexFormat.of().parseHex(uuid(name).replace("-", "")));
      return this;
    }

    public byte[] bytes() {
      return body.toByteArray();
    }
  }
}
