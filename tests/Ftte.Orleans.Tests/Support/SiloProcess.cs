using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ftte.Orleans.SiloProbe;

namespace Ftte.Orleans.Tests;

/// <summary>A silo in a process of its own.</summary>
internal sealed class SiloProcess : IDisposable
{
    private const int MaxStarts = 4;

    /// <summary>The time within which a silo must start, also on a machine that does other work.</summary>
    private static readonly TimeSpan MaxStart = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _isDisposed;

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

    /// <summary>Starts a silo and waits until devices may call it. If the others declare it dead before, because the machine is slow, starts another one.</summary>
    public static async Task<SiloProcess> StartAsync(string connectionString, int shards, int version = 1)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(connectionString, shards, version);
            }
            catch (Xunit.Sdk.FailException) when (attempt < MaxStarts)
            {
                // The next process has another port and another generation.
            }
        }
    }

    private static async Task<SiloProcess> StartOnceAsync(string connectionString, int shards, int version)
    {
        string? host = Environment.ProcessPath;
        int port = Ports.FindFree();
        string[] arguments = [typeof(SiloSetup).Assembly.Location, connectionString, Text(Ports.FindFree()), Text(port), Text(shards), Text(version)];
        var silo = new SiloProcess(
            Process.Start(new ProcessStartInfo(Path.GetFileNameWithoutExtension(host) == "dotnet" ? host! : "dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!, port);
        Task ended = silo._process.WaitForExitAsync();
        Task first = await Task.WhenAny(silo._ready.Task, ended, Task.Delay(MaxStart, TimeProvider.System));
        if (first != silo._ready.Task)
        {
            string output = silo.Output;
            silo.Dispose();
            Assert.Fail($"The silo {(first == ended ? "has ended" : "is not ready")}: {output}");
        }

        return silo;
    }

    /// <summary>Ends the process with SIGTERM, and waits until it has left the cluster.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-s", "TERM", Text(_process.Id)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        Assert.True(_process.ExitCode == 0, $"The silo has ended with {_process.ExitCode}: {Output}");
    }

    /// <summary>Ends the process with SIGKILL, without a chance to leave the cluster.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
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
