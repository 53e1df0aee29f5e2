using Microsoft.Extensions.Logging;

namespace Ftte.Simulation.Server;

/// <summary>Collects events from the log of the production server that no answer to a device contains: refused versions and failed selections.</summary>
internal sealed class ServerEvents : ILogger<FederatedServer>
{
    private const int SelectionFailedId = 1011, VersionRefusedId = 1012;

    /// <summary>Gets the number of versions that were refused.</summary>
    public long RefusedVersions { get; private set; }

    /// <summary>Gets the message about the last of them.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>Gets the number of selections that failed.</summary>
    public long FailedSelections { get; private set; }

    /// <summary>Gets the message about the last of them.</summary>
    public string? LastFailure { get; private set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        switch (eventId.Id)
        {
            case SelectionFailedId:
                FailedSelections++;
                LastFailure = formatter(state, exception);
                break;
            case VersionRefusedId:
                RefusedVersions++;
                LastRefusal = formatter(state, exception);
                break;
            default:
                break;
        }
    }
}
