using System.Runtime.InteropServices;

namespace Ftte.TinyEngine;

/// <summary>What the frozen prefix makes of each example, computed once.</summary>
internal sealed unsafe class FeatureCache : IDisposable
{
    /// <summary>What is noted about each example beside its features: its label, and whether it is known.</summary>
    public const long NoteBytes = sizeof(int) + sizeof(bool);

    private readonly Tensor[] _boundary;
    private readonly long _bytesPerExample;
    private readonly bool[] _isKnown;
    private readonly int[] _labels;
    private byte* _memory;
    private ulong _fingerprint;

    public FeatureCache(TrainingPlan plan, int examples)
    {
        _boundary = [.. plan.Boundary];
        _bytesPerExample = _boundary.Sum(t => t.BytesPerExample);
        _isKnown = new bool[examples];
        _labels = new int[examples];
        _memory = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, _bytesPerExample * examples));
    }

    /// <summary>Forgets everything if the frozen prefix's parameters have changed.</summary>
    public void Check(FrozenParameters frozen, TrainingPlan plan)
    {
        Span<float> values = stackalloc float[256];
        ulong fingerprint = 14695981039346656037;
        foreach (ParameterBlock block in plan.Network.Operations.Take(plan.Cut).SelectMany(o => o.Parameters))
        {
            for (int at = block.Range.Start; at < block.Range.End; at += values.Length)
            {
                Span<float> some = values[..Math.Min(values.Length, block.Range.End - at)];
                frozen.CopyTo(at, some);
                foreach (float value in some)
                {
                    fingerprint = SplitMix64.At(fingerprint, BitConverter.SingleToUInt32Bits(value));
                }
            }
        }

        if (fingerprint != _fingerprint)
        {
            _fingerprint = fingerprint;
            _isKnown.AsSpan().Clear();
        }
    }

    public int LabelOf(int index) => _labels[index];

    public void SetLabel(int index, int label) => _labels[index] = label;

    public bool TryRestore(TrainingPass pass, int index)
    {
        if (!_isKnown[index])
        {
            return false;
        }

        byte* from = _memory + (index * _bytesPerExample);
        foreach (Tensor tensor in _boundary)
        {
            Buffer.MemoryCopy(from, pass.Bytes(tensor), tensor.BytesPerExample, tensor.BytesPerExample);
            from += tensor.BytesPerExample;
        }

        return true;
    }

    public void Store(TrainingPass pass, int index)
    {
        byte* to = _memory + (index * _bytesPerExample);
        foreach (Tensor tensor in _boundary)
        {
            Buffer.MemoryCopy(pass.Bytes(tensor), to, tensor.BytesPerExample, tensor.BytesPerExample);
            to += tensor.BytesPerExample;
        }

        _isKnown[index] = true;
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
