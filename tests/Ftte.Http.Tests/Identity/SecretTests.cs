using System.Text;
using Microsoft.Extensions.Logging;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Identity;

/// <summary>What must not be logged.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task Logs_contain_no_secrets()
    {
        var log = new MemoryLog();
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, configure: builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        });
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "a", token);
        await Assert.ThrowsAsync<ServerProblemException>(() => _devices.EnrollAsync(coordinator, "b", token, "b"));

        string text = log.ToString();
        Assert.Contains("token-used", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
    }

    private sealed class MemoryLog : ILoggerProvider, ILogger
    {
        private readonly StringBuilder _text = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_text)
            {
                _text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
            }
        }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }

        public void Dispose()
        {
        }
    }
}
