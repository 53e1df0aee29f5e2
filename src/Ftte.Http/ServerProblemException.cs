using System.Net;

namespace Ftte.Http;

/// <summary>The exception that is thrown if the server answers a call with an error.</summary>
/// <remarks>It is an <see cref="IOException"/>, because the device loop repeats the call later.</remarks>
public sealed class ServerProblemException : IOException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="status">The status code of the answer.</param>
    /// <param name="reason">The reason, the last part of the problem's type; null if the answer has no problem details.</param>
    /// <param name="retryAfter">The wait that the server asks for; null if it asks for none.</param>
    public ServerProblemException(string message, HttpStatusCode status, string? reason = null, TimeSpan? retryAfter = null)
        : base(message) => (Status, Reason, RetryAfter) = (status, reason, retryAfter);

    /// <summary>Gets the status code of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Gets the reason, such as <c>token-used</c>; <c>docs/http-protocol.md</c> lists them.</summary>
    /// <value>Null if the answer has no problem details of Ftte, for example because a proxy answered.</value>
    public string? Reason { get; }

    /// <summary>Gets the wait that the server asks for.</summary>
    /// <value>Null if it asks for none.</value>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Gets a value that indicates whether the server refuses the device.</summary>
    internal bool IsRefusal => Reason is not null && Status is (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);

    /// <summary>Gets a value that indicates whether the server asks for a wait.</summary>
    internal bool IsBusy => RetryAfter is not null && Status is (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable);
}
