/// The caller's name for one intended effect: 1 to 255 bytes without control characters, compared byte for byte.
package typealias IdempotencyKey = OpaqueText<IdempotencyKeyOwner>

package enum IdempotencyKeyOwner {}
