using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ftte.Http.Tests;

/// <summary>A network interface whose packets a program reads and writes (TUN of Linux). It is deleted when it is disposed.</summary>
internal sealed partial class TunnelInterface : IDisposable
{
    public const string Name = "ftte0";
    public const int MaxPacketBytes = 1500;

    private const string Device = "/dev/net/tun";
    private const uint SetInterface = 0x400454ca;
    private const short IpPacketsOnly = 0x1001;
    private const int NameBytes = 16, RequestBytes = 40, PollMilliseconds = 100;

    private readonly SafeFileHandle _file;

    /// <summary>Creates an interface in the namespace of the calling thread.</summary>
    /// <exception cref="NotSupportedException">The system has no such interfaces, or does not permit them.</exception>
    public TunnelInterface()
    {
        try
        {
            // An unbuffered stream would ask for the length of the device.
            _file = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotSupportedException($"{Device} cannot be opened: {error.Message}", error);
        }

        Span<byte> request = stackalloc byte[RequestBytes];
        request.Clear();
        Encoding.ASCII.GetBytes(Name, request);
        BinaryPrimitives.WriteInt16LittleEndian(request[NameBytes..], IpPacketsOnly);
        if (Control(_file, SetInterface, ref MemoryMarshal.GetReference(request)) != 0)
        {
            _file.Dispose();
            throw new NotSupportedException($"TUNSETIFF failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>Waits for a packet for a short time; returns its length, 0 if there was none.</summary>
    public int Read(Span<byte> packet)
    {
        var wait = new PollRequest { File = (int)_file.DangerousGetHandle(), Events = 1 };
        return Poll(ref wait, 1, PollMilliseconds) > 0 ? (int)Math.Max(0, Read(_file, ref MemoryMarshal.GetReference(packet), packet.Length)) : 0;
    }

    /// <summary>Hands a packet to the kernel, which may drop it.</summary>
    public void Write(ReadOnlySpan<byte> packet) => Write(_file, ref MemoryMarshal.GetReference(packet), packet.Length);

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, ref byte argument);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(SafeFileHandle file, ref byte bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle file, ref byte bytes, nint count);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int File;
        public short Events;
        public short Received;
    }
}
