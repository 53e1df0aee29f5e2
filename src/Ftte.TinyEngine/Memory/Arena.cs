using System.Buffers;
using System.Runtime.InteropServices;

namespace Ftte.TinyEngine.Memory;

/// <summary>Represents the memory that contains the tensors of a plan, aligned to a cache line. It is supplied by the caller or native.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private MemoryHandle _pin;
    private byte* _owned;

    public Arena(long bytes, Memory<byte> supplied = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        if (supplied.IsEmpty)
        {
            Pointer = _owned = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Tensor.Alignment);
            return;
        }

        if (supplied.Length < bytes + Tensor.Alignment)
        {
            throw new ArgumentException(
                $"The supplied memory has {supplied.Length} bytes, but the plan takes {bytes} and {Tensor.Alignment} more for alignment to a cache line. Supply more memory.", nameof(supplied));
        }

        _pin = supplied.Pin();
        long misaligned = (long)_pin.Pointer % Tensor.Alignment;
        Pointer = (byte*)_pin.Pointer + (misaligned == 0 ? 0 : Tensor.Alignment - misaligned);
    }

    ~Arena() => Free();

    public long Bytes { get; }

    private bool IsSupplied => _owned is null;

    /// <summary>Gets the first byte; null after disposal.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Returns the whole arena, for tests that observe writes.</summary>
    public Span<byte> Everything()
    {
        ObjectDisposedException.ThrowIf(Pointer is null, this);
        return new Span<byte>(Pointer, checked((int)Bytes));
    }

    /// <summary>Begins a run in this memory.</summary>
    /// <exception cref="InvalidOperationException">The memory was supplied, and another run uses it.</exception>
    public void Enter()
    {
        if (IsSupplied)
        {
            SuppliedMemory.Enter((nint)Pointer, (nint)(Pointer + Bytes));
        }
    }

    /// <summary>Ends a run.</summary>
    public void Exit()
    {
        if (IsSupplied)
        {
            SuppliedMemory.Exit((nint)Pointer, (nint)(Pointer + Bytes));
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        _pin.Dispose();
        NativeMemory.AlignedFree(_owned);
        Pointer = _owned = null;
    }
}
