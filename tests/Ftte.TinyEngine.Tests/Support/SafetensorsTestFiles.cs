using System.Buffers.Binary;
using System.Text;

namespace Ftte.TinyEngine.Tests;

/// <summary>Safetensors files put together by hand.</summary>
internal static class SafetensorsTestFiles
{
    public static byte[] File(string header, int dataLength) => File(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    public static byte[] File(byte[] header, byte[] data)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        return [.. prefix, .. header, .. data];
    }

    public static byte[] Written(
        SafetensorsFormat format, IReadOnlyDictionary<string, string>? metadata, params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [.. tensors.Select(t => (t.Name, t.Shape, (ReadOnlyMemory<float>)t.Values))], format, metadata);
        return stream.ToArray();
    }

    public static SafetensorsFile Open(byte[] content) => SafetensorsFile.Open(new MemoryStream(content));

    public static float[] Values(this SafetensorsFile file, string name)
    {
        Assert.True(file.TryFind(name, out SafetensorsTensor? tensor));
        float[] values = new float[tensor.ElementCount];
        file.Read(name, values);
        return values;
    }
}
