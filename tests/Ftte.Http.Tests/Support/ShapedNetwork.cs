using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ftte.Http.Tests;

/// <summary>A loopback network of its own with latency, loss and a limited rate, from a network namespace of Linux and tc netem.</summary>
/// <remarks>A thread enters the namespace. Sockets belong to the namespace of the thread that creates them, whatever thread uses them.</remarks>
internal sealed partial class ShapedNetwork : IDisposable
{
    private const int NewNetworkNamespace = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];

    /// <summary>Creates a network.</summary>
    /// <param name="shape">The parameters of tc netem, for each direction.</param>
    /// <exception cref="NotSupportedException">The system has no namespaces or no tc netem, or does not permit them.</exception>
    public ShapedNetwork(string shape)
    {
        new Thread(RunLoop) { IsBackground = true, Name = "network namespace" }.Start();
        Run<object?>(() =>
        {
            Enter();
            Execute("ip", "link set lo mtu 1500 up");
            Execute("tc", $"qdisc add dev lo root netem {shape}");
            return null;
        });
    }

    /// <summary>Returns why the system has no such networks; null if it has.</summary>
    public static string? FindObstacle()
    {
        try
        {
            new ShapedNetwork("delay 1ms loss 1% rate 1mbit").Dispose();
            return null;
        }
        catch (Exception error) when (error is NotSupportedException or System.ComponentModel.Win32Exception)
        {
            return $"Networks with latency and loss are not available: {error.Message}";
        }
    }

    public Socket CreateSocket() => Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    public void Dispose() => _work.CompleteAdding();

    private static void Enter()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new NotSupportedException("Not Linux.");
        }

        if (Unshare(NewNetworkNamespace) != 0)
        {
            throw new NotSupportedException($"unshare: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    private static void Execute(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new NotSupportedException($"{program} {arguments}: {error}");
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    private void RunLoop()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private T Run<T>(Func<T> function)
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
}
