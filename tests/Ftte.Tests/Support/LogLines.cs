using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Ftte.Tests;

/// <summary>A logger that keeps what it is told.</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    public ConcurrentQueue<(string Text, Exception? Error)> Written { get; } = new();

    /// <summary>Gets the last update id that was logged.</summary>
    public UpdateId Id { get; private set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Written.Enqueue(($"{logLevel}: {formatter(state, exception)}", exception));
        if (state is IEnumerable<KeyValuePair<string, object?>> fields && fields.FirstOrDefault(f => f.Key == "Id").Value is UpdateId id)
        {
            Id = id;
        }
    }
}
