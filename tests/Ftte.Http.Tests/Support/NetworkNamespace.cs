using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ftte.Http.Tests;

/// <summary>A network namespace of Linux, which belongs to one thread. The kernel deletes it with the last of its sockets and threads, so nothing is left after a failed test.</summary>
/// <remarks>A socket belongs to the namespace of the thread that creates it, whatever thread uses it; a program starts in the namespace of the thread that starts it.</remarks>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetworkNamespace = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];

    /// <summary>Creates a namespace without interfaces other than loopback.</summary>
    /// <exception cref="NotSupportedException">The system has no namespaces, or does not permit them.</exception>
    public NetworkNamespace()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new NotSupportedException("the system is not Linux.");
        }

        new Thread(RunLoop) { IsBackground = true, Name = "network namespace" }.Start();
        ThreadId = Run(() => Unshare(NewNetworkNamespace) == 0
            ? GetThreadId()
            : throw new NotSupportedException($"unshare(CLONE_NEWNET) failed: {Marshal.GetLastPInvokeErrorMessage()}. The test needs CAP_SYS_ADMIN."));
    }

    /// <summary>Gets the kernel's ID of the thread, which names the namespace for ip.</summary>
    public int ThreadId { get; }

    public Socket CreateSocket() => Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>Runs a program in the namespace.</summary>
    /// <exception cref="NotSupportedException">The program is missing or failed; the message contains its error.</exception>
    public void Execute(string program, string arguments) => Run(() =>
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? true : throw new NotSupportedException($"{program} {arguments}: {error}");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new NotSupportedException($"the program {program} is missing: {error.Message}", error);
        }
    });

    /// <summary>Runs a function on the thread of the namespace.</summary>
    public T Run<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (Exception error)
            {
                result.SetException(error);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    public void Dispose() => _work.CompleteAdding();

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();

    private void RunLoop()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
