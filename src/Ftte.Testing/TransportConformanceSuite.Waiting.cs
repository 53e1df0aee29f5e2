using System.Runtime.ExceptionServices;
using Xunit;
using Xunit.Sdk;

namespace Ftte.Testing;

/// <content>Waiting for calls, and for the exceptions that they must throw.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>Runs a call that must throw.</summary>
    private static Task ThrowsAsync<TException>(Func<Task> call, string name)
        where TException : Exception => ThrowsAsync(call, name, typeof(TException).Name, error => error is TException);

    private static async Task ThrowsAsync(Func<Task> call, string name, string expected, Func<Exception, bool> isExpected)
    {
        Exception? thrown = await Record.ExceptionAsync(call);
        if (thrown is XunitException)
        {
            // The call did not end, which is all that there is to say.
            ExceptionDispatchInfo.Throw(thrown);
        }

        if (thrown is null || !isExpected(thrown))
        {
            throw new XunitException($"{name} must throw {expected}, but it {(thrown is null ? "returned an answer." : $"threw {thrown.GetType()}: {thrown.Message}")}", thrown);
        }
    }

    private Task<T> WithinAsync<T>(Func<Task<T>> start, string what) => Deadline.WaitAsync(start, CallTimeout, () => what);

    /// <summary>Waits until a call that the server holds has reached it.</summary>
    private async Task ReachAsync(Task arrived, Task call)
    {
        await WithinAsync(() => Task.WhenAny(arrived, call), "a call to reach the server.");
        if (!arrived.IsCompleted)
        {
            await call;
            Assert.Fail("A call returned an answer before it reached the server.");
        }
    }

    private Task<bool> DisposeProxyAsync(IFederatedServer link) => WithinAsync(
        async () =>
        {
            if (link is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (link as IDisposable)?.Dispose();
            }

            return true;
        },
        "the disposal of the proxy.");
}
