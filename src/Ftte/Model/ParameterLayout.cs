using System.Collections.Immutable;

namespace Ftte;

/// <summary>
/// Describes a model's flat float32 parameter vector: the names, shapes and positions of its blocks. The server and all devices use the same layout.
/// </summary>
/// <remarks>
/// Blocks are contiguous and in the order given. Two layouts are interchangeable if their
/// <see cref="Fingerprint"/>s are equal. Immutable and safe to share between threads.
/// </remarks>
public sealed class ParameterLayout
{
    private readonly Dictionary<string, int> _indexByName;

    private ParameterLayout(ImmutableArray<ParameterBlock> blocks, int parameterCount)
    {
        Blocks = blocks;
        ParameterCount = parameterCount;
        _indexByName = new Dictionary<string, int>(blocks.Length, StringComparer.Ordinal);
        for (int i = 0; i < blocks.Length; i++)
        {
            if (!_indexByName.TryAdd(blocks[i].Name, i))
            {
                throw new ArgumentException($"Two blocks are named '{blocks[i].Name}'. Give every block a unique name.", nameof(blocks));
            }
        }

        Fingerprint = LayoutFingerprint.Compute(blocks);
        Roles = new RoleMap(blocks);
    }

    /// <summary>Gets the blocks, in the order in which they lie in the vector.</summary>
    public ImmutableArray<ParameterBlock> Blocks { get; }

    /// <summary>Gets the length of the flat vector, in float32 values.</summary>
    public int ParameterCount { get; }

    /// <summary>
    /// Gets a 64-bit hash of all names, shapes and roles, the same on every machine. Messages contain it, so that the server rejects
    /// devices that have another model.
    /// </summary>
    public ulong Fingerprint { get; }

    /// <summary>Gets the map of coordinates that are statistics.</summary>
    internal RoleMap Roles { get; }

    /// <summary>Creates a layout of named tensors, all trainable.</summary>
    /// <param name="blocks">The name and the dimensions of each tensor, in the order of the vector. Dimensions are positive; a scalar has none.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="ArgumentException">No block was given, a name is empty or used twice, a dimension is not positive, or the total exceeds the maximum length of an array.</exception>
    public static ParameterLayout Create(params ReadOnlySpan<(string Name, int[] Shape)> blocks)
    {
        var withRoles = new (string, int[], ParameterRole)[blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            withRoles[i] = (blocks[i].Name, blocks[i].Shape, ParameterRole.Trainable);
        }

        return Create(withRoles);
    }

    /// <summary>Creates a layout of named tensors, some of which are statistics.</summary>
    /// <param name="blocks">The name, the dimensions and the role of each tensor, in the order of the vector. Dimensions are positive; a scalar has none.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="ArgumentException">
    /// No block was given, a name is empty or used twice, a dimension is not positive, a role is not defined, or the total exceeds the maximum length of an array.
    /// </exception>
    public static ParameterLayout Create(ReadOnlySpan<(string Name, int[] Shape, ParameterRole Role)> blocks)
    {
        if (blocks.IsEmpty)
        {
            throw new ArgumentException("The list of blocks is empty. Specify at least one block.", nameof(blocks));
        }

        var laidOut = ImmutableArray.CreateBuilder<ParameterBlock>(blocks.Length);
        long start = 0;
        foreach ((string name, int[] shape, ParameterRole role) in blocks)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(blocks));
            ArgumentNullException.ThrowIfNull(shape, nameof(blocks));
            if (!Enum.IsDefined(role))
            {
                throw new ArgumentException($"Block '{name}' has the undefined role {role}. Use a member of {nameof(ParameterRole)}.", nameof(blocks));
            }

            long length = 1;
            foreach (int dimension in shape)
            {
                if (dimension <= 0)
                {
                    throw new ArgumentException($"Block '{name}' has a dimension of {dimension}. Dimensions must be positive.", nameof(blocks));
                }

                // Stops multiplying once the length is too large, before it can overflow.
                length = length > Array.MaxLength ? length : length * dimension;
            }

            if (length > Array.MaxLength - start)
            {
                throw new ArgumentException($"With block '{name}', the vector exceeds the maximum length of an array, {Array.MaxLength} values. Use a smaller model.", nameof(blocks));
            }

            laidOut.Add(new ParameterBlock(name, [.. shape], new ParameterRange((int)start, (int)length), role));
            start += length;
        }

        return new ParameterLayout(laidOut.MoveToImmutable(), (int)start);
    }

    /// <summary>Gets the block with the specified name.</summary>
    /// <param name="name">The name of the block, case-sensitive.</param>
    /// <returns>The block.</returns>
    /// <exception cref="KeyNotFoundException">No block has that name.</exception>
    public ParameterBlock this[string name] => _indexByName.TryGetValue(name, out int index)
        ? Blocks[index]
        : throw new KeyNotFoundException($"No block is named '{name}'. Specify one of: {string.Join(", ", Blocks.Select(b => b.Name))}.");

    /// <summary>Returns the range of a block.</summary>
    /// <param name="block">The index of the block in <see cref="Blocks"/>.</param>
    /// <returns>The range in the flat vector.</returns>
    public ParameterRange RangeOf(int block) => Blocks[block].Range;

    /// <inheritdoc />
    public override string ToString() => $"{Blocks.Length} blocks, {ParameterCount} parameters, fingerprint {Fingerprint:x16}";
}
