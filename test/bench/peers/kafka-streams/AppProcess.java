import java.io.*;
import java.nio.file.*;
import java.util.Map;
import java.util.concurrent.*;

/** The app in a process of its own, which is asked by lines and can be killed. */
final class AppProcess {
  private final Process process;
  private final PrintStream in;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  AppProcess(String prefix, Map<String, String> opt) throws IOException {
    process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx" + opt.get("xmx"),
        "-Dstate.dir=" + opt.get("statedir") + "/" + prefix, "-cp", System.getProperty("java.class.path"), "App", prefix,
        opt.get("guarantee"), opt.get("match"), opt.get("threads"), opt.get("linger"), opt.get("commit"), opt.get("bootstrap"))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    in = new PrintStream(process.getOutputStream(), true);
    BufferedReader r = process.inputReader();
    Thread reader = new Thread(() -> { try { for (String l; (l = r.readLine()) != null; ) lines.add(l); } catch (IOException e) { } });
    reader.setDaemon(true);
    reader.start();
  }

  String awaitLine(String start, int seconds) throws Exception {
    for (long end = System.nanoTime() + seconds * 1_000_000_000L; System.nanoTime() < end && process.isAlive(); ) {
      String l = lines.poll(100, TimeUnit.MILLISECONDS);
      if (l != null && l.startsWith(start)) return l;
    }
    throw new TimeoutException("no '" + start + "' from the app in " + seconds + " s");
  }
  String[] ask(String question) throws Exception {
    in.println(question);
    return awaitLine(question + " ", 60).split(" ");
  }
  /** Waits until this many targets and deployments were taken, over all partitions. */
  void awaitControl(long targets, long deployments) throws Exception {
    for (int i = 0; i < 1200; i++) {
      String[] s = ask("stats");
      if (Long.parseLong(s[1]) >= targets && Long.parseLong(s[2]) >= deployments) return;
      Thread.sleep(100);
    }
    throw new TimeoutException("targets not loaded");
  }

  /** Resident memory in MiB; 0 where there is no /proc. */
  double residentMiB() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) return 0;
    for (String line : Files.readAllLines(status))
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
    return 0;
  }

  /** Processor time of all its threads since it began. */
  double cpuMs() { return process.info().totalCpuDuration().map(d -> d.toNanos() / 1e6).orElse(0.0); }

  void kill() throws Exception { process.destroyForcibly().waitFor(); }

  void stop() throws Exception {
    in.println("stop");
    if (!process.waitFor(90, TimeUnit.SECONDS)) { kill(); throw new TimeoutException("stop"); }
  }
}
