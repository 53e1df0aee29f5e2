using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Holds requests for work of idle devices until there is some, for as long as the device asks (RFC 7240) and the server allows.</summary>
internal sealed class WorkHold(TimeSpan maxWait, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan RestartWait = TimeSpan.FromSeconds(5);

    /// <summary>Checks out, and again whenever there may be work, until there is an answer other than busy or the time is over.</summary>
    /// <exception cref="ProblemException">The app is shutting down.</exception>
    public async Task<SnapshotCheckOut> CheckOutAsync(ISnapshotServer server, CheckOutRequest device, HttpContext context)
    {
        TimeSpan wait = GetWait(context.Request, maxWait);
        using var late = new CancellationTokenSource();
        ITimer timer = time.CreateTimer(static late => ((CancellationTokenSource)late!).Cancel(), late, wait > TimeSpan.Zero ? wait : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Waits for a callback in progress, so that it does not use a disposed source.
        await using var ending = timer.ConfigureAwait(false);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping, context.RequestAborted);
        while (true)
        {
            if (stopping.IsCancellationRequested)
            {
                throw CreateStoppingProblem();
            }

            SnapshotCheckOut checkOut = await server.CheckOutSnapshotAsync(device, context.RequestAborted).ConfigureAwait(false);
            if (checkOut.Response.Outcome != CheckOutOutcome.Busy || wait == TimeSpan.Zero)
            {
                return checkOut;
            }

            try
            {
                await server.WaitForWorkAsync(device.Client, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested)
            {
                // The device has waited here, so it may ask again at once.
                return checkOut with { Response = checkOut.Response with { RetryAfter = TimeSpan.Zero } };
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Answered at the start of the loop.
            }
        }
    }

    /// <summary>Creates the problem of a request that was held when the app began to shut down.</summary>
    public static ProblemException CreateStoppingProblem() =>
        new(StatusCodes.Status503ServiceUnavailable, "stopping", "The server is shutting down. Repeat the request later.", RestartWait);

    /// <summary>Returns the time for which a request may be held; zero if it asks for an answer at once.</summary>
    public static TimeSpan GetWait(HttpRequest request, TimeSpan maxWait)
    {
        foreach (string? header in request.Headers["Prefer"])
        {
            foreach (string preference in (header ?? "").Split(','))
            {
                string[] pair = preference.Split(';')[0].Split('=', StringSplitOptions.TrimEntries);
                if (pair is ["wait", { } seconds] && uint.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out uint wait))
                {
                    return TimeSpan.FromSeconds(Math.Min(wait, maxWait.TotalSeconds));
                }
            }
        }

        return TimeSpan.Zero;
    }
}
