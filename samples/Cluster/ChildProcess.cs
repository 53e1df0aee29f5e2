using System.Diagnostics;

namespace Cluster;

/// <summary>Represents a process that this one starts, with its output in a file.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _output;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessStartInfo start, string log)
    {
        if (OperatingSystem.IsLinux())
        {
            // In a session of its own: Ctrl+C and signals to the process group of this process must not stop the database before the silos.
            start.ArgumentList.Insert(0, start.FileName);
            start.FileName = "setsid";
        }

        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = Task.WhenAll(CopyAsync(_process.StandardOutput, $"{log}.log"), CopyAsync(_process.StandardError, $"{log}.err"));
    }

    public int Id => _process.Id;

    /// <summary>Gets a task that ends with the process.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts a process.</summary>
    /// <param name="start">The program.</param>
    /// <param name="log">The start of the names of the log files.</param>
    public static ChildProcess Start(ProcessStartInfo start, string log) => new(start, log);

    /// <summary>Waits until the process writes "ready", or ends.</summary>
    /// <returns>False if it ended.</returns>
    public async Task<bool> WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        await Task.WhenAny(_ready.Task, Ended).WaitAsync(cancellationToken) == _ready.Task;

    /// <summary>Asks the process to end, by the end of its input or by a signal, and waits for it.</summary>
    /// <param name="signal">The signal; null to end the input.</param>
    public async Task StopAsync(string? signal)
    {
        if (signal is null)
        {
            _process.StandardInput.Close();
        }
        else if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-s", signal, $"{Id}"]);
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        await _output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task CopyAsync(StreamReader output, string file)
    {
        await using var log = new StreamWriter(file, append: true) { AutoFlush = true };
        while (await output.ReadLineAsync() is { } line)
        {
            await log.WriteLineAsync(line);
            if (line == "ready")
            {
                _ready.TrySetResult();
            }
        }
    }
}
