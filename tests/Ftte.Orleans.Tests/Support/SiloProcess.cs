using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ftte.Orleans.SiloProbe;

namespace Ftte.Orleans.Tests;

/// <summary>A silo in a process of its own.</summary>
internal sealed class SiloProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SiloProcess(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}/ftte");
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Gets the address of the endpoints.</summary>
    public Uri Address { get; }

    /// <summary>Gets what the process wrote.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a silo and waits until devices may call it.</summary>
    public static async Task<SiloProcess> StartAsync(string connectionString, int shards)
    {
        string? host = Environment.ProcessPath;
        int port = Ports.FindFree();
        string[] arguments = [typeof(SiloSetup).Assembly.Location, connectionString, Text(Ports.FindFree()), Text(port), Text(shards)];
        var silo = new SiloProcess(
            Process.Start(new ProcessStartInfo(Path.GetFileNameWithoutExtension(host) == "dotnet" ? host! : "dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!, port);
        Task ended = silo._process.WaitForExitAsync();
        if (await Task.WhenAny(silo._ready.Task, ended).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System) == ended)
        {
            Assert.Fail(silo.Output);
        }

        return silo;
    }

    /// <summary>Ends the process with SIGKILL, without a chance to leave the cluster.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Read(string? line)
    {
        if (line == "ready")
        {
            _ready.SetResult();
        }
        else if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
