namespace Ftte.Selection;

/// <summary>What a set of choices takes of each budget: bytes, bytes and multiply-adds per example.</summary>
internal readonly record struct SelectionCost(long Peak, long Payload, long MultiplyAdds);
