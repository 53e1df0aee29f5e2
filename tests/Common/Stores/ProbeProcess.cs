using System.Diagnostics;
using Ftte.Store.CrashProbe;

namespace Ftte;

/// <summary>A child process with a server, its input and its output.</summary>
internal sealed class ProbeProcess : IDisposable
{
    private readonly Process _process;

    private ProbeProcess(Process process) => (_process, ErrorsAsync) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>Gets what the process wrote to its error output when it has ended.</summary>
    public Task<string> ErrorsAsync { get; }

    /// <param name="arguments">The kind of the store, <c>sqlite</c> or <c>postgresql</c>, and its path or its connection string.</param>
    public static ProbeProcess Start(params ReadOnlySpan<string> arguments)
    {
        // Tests run inside "dotnet" or beside it in a host of their own; then the one on the path will do.
        string? host = Environment.ProcessPath;
        return new ProbeProcess(Process.Start(new ProcessStartInfo(Path.GetFileNameWithoutExtension(host) == "dotnet" ? host! : "dotnet", [typeof(Workload).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    public async Task WriteAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Ends the process with SIGKILL, without a chance to write anything.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
