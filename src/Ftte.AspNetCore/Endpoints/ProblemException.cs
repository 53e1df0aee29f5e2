namespace Ftte.AspNetCore.Endpoints;

/// <summary>The exception that ends a request with problem details.</summary>
/// <param name="status">The status code.</param>
/// <param name="reason">The reason, the last part of the problem's type. It never changes; <c>docs/http-protocol.md</c> lists them.</param>
/// <param name="detail">What is wrong, and what to do. Contains no secrets.</param>
/// <param name="retryAfter">The time to wait before the request is repeated; null if that changes nothing.</param>
internal sealed class ProblemException(int status, string reason, string detail, TimeSpan? retryAfter = null) : Exception(detail)
{
    public int Status => status;

    public string Reason => reason;

    public TimeSpan? RetryAfter => retryAfter;
}
