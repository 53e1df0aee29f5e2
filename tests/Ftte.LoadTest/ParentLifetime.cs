using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Ftte.LoadTest;

/// <summary>Leaves Ctrl+C, which a terminal sends to both processes, to the parent.</summary>
internal sealed class ParentLifetime : IHostLifetime, IDisposable
{
    private readonly PosixSignalRegistration _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);

    public void Dispose() => _interrupt.Dispose();

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
